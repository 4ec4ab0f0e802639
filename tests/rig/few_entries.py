"""Some of the real content, so that a bot starts in a moment: whole entries, the first of each matter."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

CONTENT = Path(__file__).resolve().parent.parent.parent / "bots" / "faq"
OF_EACH_MATTER = 3


@cache
def few_entries() -> Path:
    """A folder of content, made once a process."""
    folder = Path(_folder().name)
    for matter in CONTENT.glob("*.yaml"):
        entries = yaml.safe_load(matter.read_text(encoding="utf-8"))[:OF_EACH_MATTER]
        (folder / matter.name).write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    return folder


@cache
def _folder() -> TemporaryDirectory[str]:
    """Kept, for it is removed with this object."""
    return TemporaryDirectory(prefix="hotline-few-entries-")

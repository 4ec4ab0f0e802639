"""Statutes that have stood in another wording since a day: entries that rest on the older wording fall silent.

    - {law: 中华人民共和国劳动合同法, article: 第三十条, in_force_since: 2027-01-01}
    - {law: 中华人民共和国仲裁法, in_force_since: 2026-03-01}        # the whole statute

Once an entry is reviewed against the new wording, its own `in_force_since` says so and it speaks again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bots.faq import Entry
from bots.reading import read_yaml
from interactions.errors import Invalid

_TITLE = re.compile(r"^#\s*(.+?)\s*$", re.MULTILINE)
_IN_FORCE = re.compile(r"本法自(\d{4})年(\d{1,2})月(\d{1,2})日起施行")


class Changed(BaseModel):
    """One statute, or one article of it, and since when it stands in its new wording."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    law: str
    article: str | None = None
    in_force_since: date


def load_changed(path: Path) -> Mapping[tuple[str, str | None], date]:
    """What `path` lists; nothing where there is no such file. Raises `Invalid` naming file and place."""
    if not path.exists():
        return {}
    try:
        listed = TypeAdapter(list[Changed]).validate_python(read_yaml(path) or [])
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:
        raise Invalid(f"{path}: {error}") from None
    return {(one.law, one.article): one.in_force_since for one in listed}


def newer_in(statutes: Path, entries: Sequence[Entry]) -> Iterator[Changed]:
    """The cited statutes that, by their own last article, came into force later than an entry that cites them knew."""
    cited: dict[str, date] = {}
    for entry in entries:
        for one in entry.basis:
            cited[one.law] = min(one.in_force_since, cited.get(one.law, one.in_force_since))
    for path in sorted(statutes.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        title, days = _TITLE.search(text), _IN_FORCE.findall(text)
        law = re.sub(r"\s+", "", title.group(1)) if title else ""
        if law in cited and days:
            since = date(*map(int, days[-1]))
            if since > cited[law]:
                yield Changed(law=law, in_force_since=since)

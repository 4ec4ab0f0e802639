"""Content written by a command: whole or not at all, checked like `hotline bots check`, back to draft.

new text ─▶ a copy of the folder with it ─▶ read as a whole ─┬─ problems ─▶ refused, nothing written
                                                             └─ none ─▶ one rename; the service notices by itself
"""

from __future__ import annotations

import fcntl
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from bots.faq import ContentUnusable, Problem, read_content
from bots.near_duplicates import answered_yet_unanswerable
from bots.personal import personal
from bots.retrieval import load_unanswerable
from interactions.errors import Invalid, NotFound

WIDE = 100_000


def add_variants(folder: Path, *, entry_id: str, wordings: Sequence[str]) -> Path:
    """The file now holding `wordings` under the entry, which is a draft again: what was signed no longer stands there.

    Raises `NotFound` for an unknown entry, `Invalid` for personal data, `ContentUnusable` with every problem.
    """
    _require_nobody(wordings)
    with _alone(folder):
        path = next((one for one in sorted(folder.glob("*.yaml")) if _entry(_root(one), entry_id)), None)
        if path is None:
            raise NotFound(f"没有条目 {entry_id}")
        _replace(folder, path, lambda text: _with_variants(text, entry_id=entry_id, wordings=wordings))
    return path


def add_entry(folder: Path, entry: Mapping[str, Any]) -> Path:
    """The file of its matter, now with `entry` at its end as a draft; raises as `add_variants` does."""
    fields = {name: value for name, value in entry.items() if name != "review"}
    review = entry.get("review") or {}
    fields["review"] = {"status": "draft", "reviewer": None, "review_by": review.get("review_by")}
    _require_nobody([str(one) for one in entry.get("questions") or ()])
    matter = str(entry.get("matter", "")).partition(".")[0]
    if not matter.isascii() or not matter.isalpha():
        raise Invalid("matter：应为类别代码，如 labour.wages")
    path = folder / f"{matter}.yaml"
    added = yaml.safe_dump([fields], allow_unicode=True, sort_keys=False, width=WIDE)
    with _alone(folder):
        _replace(folder, path, lambda text: f"{text.rstrip()}\n\n{added}".lstrip())
    return path


def _require_nobody(wordings: Sequence[str]) -> None:
    found = sorted({kind for one in wordings for kind in personal(one)})
    if found:
        raise Invalid(f"含有个人信息（{'、'.join(found)}），请改写后再添加")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two people may write at once: the second sees what the first wrote."""
    with (folder / ".writing").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _replace(folder: Path, path: Path, change: Callable[[str], str]) -> None:
    text = change(path.read_text(encoding="utf-8") if path.exists() else "")
    with tempfile.TemporaryDirectory() as made:
        trial = Path(made)
        for one in folder.glob("*.yaml"):
            shutil.copy(one, trial)
        (trial / path.name).write_text(text, encoding="utf-8")
        problems = _problems(trial)
    if problems:
        raise ContentUnusable(problems)
    written = path.with_suffix(".new")
    written.write_text(text, encoding="utf-8")
    written.replace(path)


def _problems(folder: Path) -> list[Problem]:
    entries, problems = read_content(folder)
    return [*problems, *answered_yet_unanswerable(entries, unanswerable=load_unanswerable())]


def _with_variants(text: str, *, entry_id: str, wordings: Sequence[str]) -> str:
    """`text` with the wordings after the entry's last one and its review taken back; every other byte as it was."""
    entry = _entry(yaml.compose(text, Loader=yaml.SafeLoader), entry_id)
    questions, review = entry["questions"], entry["review"]
    last = questions.value[-1]
    indent = " " * questions.start_mark.column
    lines = text.split("\n")
    at = last.end_mark.line if last.end_mark.column else last.end_mark.line - 1
    added = [f"{indent}- {_scalar(one)}" for one in wordings]
    until = next(value.value for key, value in review.value if key.value == "review_by")
    draft = f"{{status: draft, reviewer: null, review_by: {until}}}"
    end = review.end_mark
    # The review stands behind the questions: taken back first, so that the lines before it keep their numbers.
    if review.flow_style and review.start_mark.line == end.line:
        line = lines[end.line]
        lines[end.line] = line[: review.start_mark.column] + draft + line[end.column :]
    elif any(value.value == "signed" for _, value in review.value):
        raise Invalid(f"{entry_id}.review：请先写成一行 {draft}")
    return "\n".join([*lines[: at + 1], *added, *lines[at + 1 :]])


def _root(path: Path) -> yaml.Node | None:
    root: yaml.Node | None = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    return root


def _entry(root: yaml.Node | None, entry_id: str) -> dict[str, Any]:
    for item in root.value if isinstance(root, yaml.SequenceNode) else ():
        fields = {key.value: value for key, value in item.value}
        if "id" in fields and fields["id"].value == entry_id:
            return fields
    return {}


def _scalar(words: str) -> str:
    try:
        plain = yaml.safe_load(f"- {words}") == [words]
    except yaml.YAMLError:
        plain = False
    return words if plain else json.dumps(words, ensure_ascii=False)

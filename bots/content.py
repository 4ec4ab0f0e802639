"""The content as the conversation uses it: entries by id and by wording, and the versions an answer is traced by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from bots.faq import Entry, load_entries
from bots.normal import bare
from bots.ports import Answer, Basis

DIGITS = 12
# Of each file its name, its time of change (ns) and its size: tells that a folder changed without reading it.
Seen = tuple[tuple[str, int, int], ...]


class Content:
    """All entries; built once, then only read."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)
        self._by_id = {entry.id: entry for entry in entries}
        self._versions = {entry.id: _digest([entry]) for entry in entries}
        self._by_wording = {bare(question): entry for entry in entries for question in entry.questions}
        self.version = _digest(sorted(entries, key=lambda entry: entry.id))

    def get(self, entry_id: str | None) -> Entry | None:
        """The entry with this id; None where the content no longer has it."""
        return None if entry_id is None else self._by_id.get(entry_id)

    def version_of(self, entry_id: str) -> str | None:
        """Twelve hexadecimal digits that change with any word of the entry."""
        return self._versions.get(entry_id)

    def asked_by(self, wording: str) -> Entry | None:
        """The entry that has this very wording, but for greetings and punctuation."""
        return self._by_wording.get(bare(wording))

    def beside(self, entry: Entry) -> list[Entry]:
        """The other entries of the same matter, those of the same sub-matter first."""
        top = entry.matter.partition(".")[0]
        found = [one for one in self.entries if one.id != entry.id and one.matter.partition(".")[0] == top]
        return sorted(found, key=lambda one: one.matter != entry.matter)


def seen_in(folder: Path) -> Seen:
    """How the files of `folder` look from outside; a file that vanishes meanwhile is left out."""
    return tuple(one for path in sorted(folder.glob("*.yaml")) if (one := _seen(path)) is not None)


def load_content(folder: Path) -> Content:
    """The content of `folder`; raises `ContentUnusable` with every problem. What did not change is read once."""
    return _load(folder.resolve(), seen_in(folder))


@lru_cache(2)
def _load(folder: Path, _: Seen) -> Content:
    return Content(load_entries(folder))


def _seen(path: Path) -> tuple[str, int, int] | None:
    try:
        told = path.stat()
    except FileNotFoundError:
        return None
    return path.name, told.st_mtime_ns, told.st_size


def answer_of(entry: Entry, *, confidence: float, text: str | None = None) -> Answer:
    """The entry as an answer; `text` in place of the entry's own where only a part of it was asked for."""
    return Answer(
        entry_id=entry.id,
        text=text or entry.answer,
        confidence=confidence,
        matter=entry.matter,
        basis=tuple(Basis(one.law, one.article, one.in_force_since) for one in entry.basis),
        next_steps=entry.next_steps,
        see_lawyer=entry.see_lawyer,
        draft=entry.review.status == "draft",
    )


def _digest(entries: Iterable[Entry]) -> str:
    said = "\n".join(entry.model_dump_json() for entry in entries)
    return hashlib.sha256(said.encode()).hexdigest()[:DIGITS]

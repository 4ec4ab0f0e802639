"""Wordings that confuse any engine: nearly the same ones in two entries, or one that belongs more to another entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bots.faq import Entry, Problem
from bots.finding import Found
from bots.known_wordings import KnownWordings
from bots.lessons import Material

ALIKE = 0.8


def answered_yet_unanswerable(
    entries: Sequence[tuple[str, Entry]], *, unanswerable: Sequence[str]
) -> Iterator[Problem]:
    """A problem for each question of the calibration that is a wording of the content."""
    known = KnownWordings([entry.questions for _, entry in entries])
    for question in unanswerable:
        found = known.look_up(question)
        if found is not None:
            file, entry = entries[found[0]]
            yield Problem(file, entry.id, "questions", f"the calibration calls it unanswerable: {question}")


def near_duplicates(entries: Sequence[tuple[str, Entry]]) -> Iterator[Problem]:
    """A warning for each wording that another entry has almost alike, or that the whole content gives to another."""
    finder = Material([entry for _, entry in entries], unanswerable=()).finder() if entries else None
    for place, (file, entry) in enumerate(entries):
        for at, question in enumerate(entry.questions):
            told = _told(finder.find(question), place, [one for _, one in entries]) if finder else None
            if told:
                yield Problem(file, entry.id, f"questions[{at}]", f"{question}: {told}")


def _told(found: Found, place: int, entries: Sequence[Entry]) -> str | None:
    if found.entries[0] != place:
        return f"reads more like {entries[found.entries[0]].id}"
    others = zip(found.entries[1:], found.wordings[1:], found.likenesses[1:], strict=True)
    near = next(((other, wording) for other, wording, likeness in others if likeness >= ALIKE), None)
    return f"almost “{entries[near[0]].questions[near[1]]}” of {entries[near[0]].id}" if near else None

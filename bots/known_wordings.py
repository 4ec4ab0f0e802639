"""Whether a question is a wording of the content itself: word for word, or but for one slip of the finger.

A slip is found by leaving out one character on both sides (Garbe's symmetric delete): 拖欠工资 and 托欠工资 meet in
欠工资. A wording that meets wordings of another entry that way tells nothing and is not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bots.normal import bare

# What is left is a slip of the content's.
WORD_FOR_WORD = 0.99
BUT_FOR_A_SLIP = 0.97
# In a shorter wording one character is too much of the meaning: 加班费怎么算, 加班餐怎么算.
SHORTEST_WITH_SLIP = 8
# No wording of the content is longer (bots/faq.py).
LONGEST_WITH_SLIP = 120


class KnownWordings:
    """Looks wordings up; `wordings` holds those of each entry."""

    def __init__(self, wordings: Sequence[Sequence[str]]) -> None:
        self._exact = {bare(one): entry for entry, group in enumerate(wordings) for one in group}
        self._slips: dict[str, int | None] = {}
        for known, entry in self._exact.items():
            for short in _shortened(known):
                self._slips[short] = entry if self._slips.get(short, entry) == entry else None

    def look_up(self, question: str) -> tuple[int, float] | None:
        """The entry one of whose wordings `question` is, and how sure that is; None where it is none."""
        said = bare(question)
        if said in self._exact:
            return self._exact[said], WORD_FOR_WORD
        met = {self._slips[short] for short in _shortened(said) if short in self._slips}
        entry = met.pop() if len(met) == 1 else None
        return None if entry is None else (entry, BUT_FOR_A_SLIP)


def _shortened(said: str) -> Iterator[str]:
    """`said`, and `said` without each of its characters in turn."""
    if SHORTEST_WITH_SLIP <= len(said) <= LONGEST_WITH_SLIP:
        yield said
        yield from (said[:at] + said[at + 1 :] for at in range(len(said)))

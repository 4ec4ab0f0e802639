"""An honest word to those who wait: how many are before you, and about how long that takes.

    seats of the same skills are one desk; you can be served at several desks, each of which serves others, too

    position = 1 + those before you whom the desk with the fewest of them serves
    wait_s   = mean handling time × ( Σ over those: 1 / all places that serve their need
                                      + 1 / the places you can have at desks with no others before you )
               at the desk where that is least

Only counting one's own matter would promise too much: a generalist's next place goes to the best place in the whole
line. Counting everybody would frighten: who waits for what nobody on duty can do is in nobody's way. Both figures fall
as those before you are served, and never grow because a lawyer comes; they grow only when somebody more urgent joins
or lawyers leave (docs/decisions/0007). Handling time is what was observed lately. Where no seat on duty could serve,
there is no estimate and people are told so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """`position` counts from 1; `wait_s` is None where nobody on duty could serve."""

    position: int
    wait_s: int | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Seats of the same skills, taken together: the needs they serve, by number, and their places."""

    serves: tuple[int, ...]
    places: int

    @property
    def mask(self) -> int:
        """The needs served, as bits."""
        return sum(1 << one for one in self.serves)


class Staffing:
    """The desks on duty, ready to be asked about many people. Needs are numbered from 0."""

    def __init__(self, desks: Iterable[Desk], *, handling_s: float) -> None:
        self._handling_s = handling_s
        self._able: defaultdict[int, list[tuple[Desk, int]]] = defaultdict(list)
        places: Counter[int] = Counter()
        for desk in desks:
            if desk.places:
                for need in desk.serves:
                    self._able[need].append((desk, desk.mask))
                    places[need] += desk.places
        self._turn = {need: 1 / count for need, count in places.items()}

    def place(self, need: int, ahead: Sequence[int]) -> Place:
        """The place of somebody who needs `need`, with `ahead` of each need before them."""
        able = self._able.get(need)
        if not able:
            return Place(1 + ahead[need], None)
        waiting = sum(1 << one for one, count in enumerate(ahead) if count)
        before = [(desk, mask & waiting) for desk, mask in able]
        position = 1 + min(sum(ahead[one] for one in desk.serves) for desk, _ in before)
        return Place(position, round(self._handling_s * min(self._turns(*one, before, ahead) for one in before)))

    def _turns(self, desk: Desk, those: int, before: Sequence[tuple[Desk, int]], ahead: Sequence[int]) -> float:
        """In handling times: until those before at `desk` are served and the next place is free."""
        theirs = sum(ahead[one] * self._turn[one] for one in desk.serves if ahead[one])
        # At a desk with no others before it than these, a place is as good as one here.
        mine = sum(other.places for other, theirs_too in before if theirs_too & ~those == 0)
        return theirs + 1 / mine

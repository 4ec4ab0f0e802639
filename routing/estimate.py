"""An honest word to those who wait: how many are before you, and about how long that takes, from about to about.

    seats of the same skills are one desk; you can be served at several desks, each of which serves others, too

    position = 1 + those before you whom the desk with the fewest of them serves
    wait_s   = Σ over those: a talk of their matter / all places that serve their need, less who hangs up meanwhile
               + one talk / the places you can have at desks with no others before you
               at the desk where that is least, stretched where seats leave by plan and shortened where seats come

Only counting one's own matter would promise too much: a generalist's next place goes to the best place in the whole
line. Counting everybody would frighten: who waits for what nobody on duty can do is in nobody's way. Both figures fall
as those before you are served, and never grow because a lawyer comes; they grow only when somebody more urgent joins,
lawyers leave or talks get longer, and then that is said (docs/decisions/0007, 0017). Where no seat on duty could serve,
there is no estimate and people are told so.

The interval holds the wait four times out of five. A line is served in stages, each as long as until the next place is
free; with many places busy that is close to exponential, so that a stage's variance is its square (the superposition
of many talks tends to a Poisson stream: Palm 1943, Khintchine 1955). Their sum is taken as a gamma variable of the same
mean and variance, its quantiles by Wilson & Hilferty 1931. That talks are known from few observations widens it.
How often it holds is measured by simulation (`hotline simulate`).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

CONFIDENCE = 0.8
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Basis:
    """What an estimate stands on: all before you, places that can serve you (on average over the wait), all places."""

    ahead: int
    places: float
    all_places: int


@dataclass(frozen=True, slots=True)
class Place:
    """`position` counts from 1; the waits are None where nobody on duty could serve.

    `wait_low_s`, `wait_high_s` hold the wait four times out of five. Places are the same where position and wait are.
    """

    position: int
    wait_s: int | None
    wait_low_s: int | None = field(default=None, compare=False)
    wait_high_s: int | None = field(default=None, compare=False)
    basis: Basis | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Desk:
    """Seats of the same skills, taken together: the needs they serve, by number, and their places."""

    serves: tuple[int, ...]
    places: int

    @property
    def mask(self) -> int:
        """The needs served, as bits."""
        return sum(1 << one for one in self.serves)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a line moves: a talk's seconds in all and by need, who hangs up, and how sure that is.

    `leaving_per_s`: the share of those in line who hang up each second. `spread`: the standard error of `talk_s` over
    itself.
    """

    talk_s: float
    of_need: Mapping[int, float] = field(default_factory=dict)
    leaving_per_s: float = 0.0
    spread: float = 0.0

    def talk(self, need: int) -> float:
        """A talk of this need."""
        return self.of_need.get(need, self.talk_s)


# From when (seconds from now) so many places can serve each need, by number.
Plan = Sequence[tuple[float, Sequence[int]]]


@dataclass(frozen=True, slots=True)
class _Time:
    """A sum of stages: its mean and its variance."""

    mean_s: float
    variance: float

    def quantile(self, z: float, *, spread: float) -> float:
        """Of a gamma variable with these moments, `spread` of its mean being unsure."""
        variance = self.variance + (spread * self.mean_s) ** 2
        if variance <= 0:
            return self.mean_s
        ninth = variance / self.mean_s**2 / 9
        return self.mean_s * max(0.0, 1 - ninth + z * math.sqrt(ninth)) ** 3


class Staffing:
    """The desks on duty, ready to be asked about many people. Needs are numbered from 0."""

    def __init__(
        self, desks: Iterable[Desk], *, pace: Pace, plan: Plan = (), anybody: Mapping[int, int] | None = None
    ) -> None:
        """`anybody`: of needs that no desk serves, the places of any lawyer of their language and channel."""
        self._pace = pace
        self._anybody = anybody or {}
        self._plan = plan
        self._able: defaultdict[int, list[tuple[Desk, int]]] = defaultdict(list)
        self._places: Counter[int] = Counter()
        self._all = 0
        for desk in desks:
            if desk.places:
                self._all += desk.places
                for need in desk.serves:
                    self._able[need].append((desk, desk.mask))
                    self._places[need] += desk.places
        self._stage_s = {need: pace.talk(need) / count for need, count in self._places.items()}

    def place(self, need: int, ahead: Sequence[int], *, relaxes_s: float = 0.0) -> Place:
        """The place of somebody who needs `need`, with `ahead` of each need before them.

        `relaxes_s`: in how many seconds any lawyer may serve them.
        """
        able = self._able.get(need)
        if not able:
            return self._by_anybody(need, ahead, relaxes_s=relaxes_s)
        waiting = sum(1 << one for one, count in enumerate(ahead) if count)
        before = [(desk, mask & waiting) for desk, mask in able]
        position = 1 + min(sum(ahead[one] for one in desk.serves) for desk, _ in before)
        time = min((self._time(*one, before, ahead) for one in before), key=lambda one: one.mean_s)
        return self._told(position, need, time, self._places[need], sum(ahead))

    def _by_anybody(self, need: int, ahead: Sequence[int], *, relaxes_s: float) -> Place:
        """Nobody on duty knows the matter: when the skill asked for has relaxed, the next free place is theirs."""
        position, places = 1 + ahead[need], self._anybody.get(need, 0)
        if not places:
            return Place(position, None)
        stage_s = self._pace.talk_s / places
        gone = _gone(sum(ahead), sum(ahead) * stage_s, self._pace.leaving_per_s)
        time = _Time(gone.mean_s + stage_s, gone.variance + stage_s**2)
        told = self._told(position, need, time, places, sum(ahead))
        low_s, wait_s, high_s = (_at_least(relaxes_s, one) for one in (told.wait_low_s, told.wait_s, told.wait_high_s))
        return Place(position, wait_s, low_s, high_s, told.basis)

    def _time(self, desk: Desk, those: int, before: Sequence[tuple[Desk, int]], ahead: Sequence[int]) -> _Time:
        """Until those before at `desk` are gone and the next place is free."""
        count = sum(ahead[one] for one in desk.serves)
        busy_s = sum(ahead[one] * self._stage_s[one] for one in desk.serves if ahead[one])
        # At a desk with no others before it than these, a place is as good as one here.
        mine = self._pace.talk_s / sum(other.places for other, theirs_too in before if theirs_too & ~those == 0)
        gone = _gone(count, busy_s, self._pace.leaving_per_s)
        return _Time(gone.mean_s + mine, gone.variance + mine**2)

    def _told(self, position: int, need: int, time: _Time, places: int, ahead: int) -> Place:
        spread = self._pace.spread
        low, high = (time.quantile(z, spread=spread) for z in (-_Z, _Z))
        steps = [(at_s, there[need] / places) for at_s, there in self._plan] if self._places[need] else []
        wait_s, low_s, high_s = (stretched(one, steps) for one in (time.mean_s, low, high))
        if wait_s is None:
            return Place(position, None)
        # Places on average: as many as would do the work in the wait, were they there all the time.
        on_average = places * (time.mean_s / wait_s if wait_s else 1.0)
        most = None if high_s is None else max(round(high_s), round(wait_s))
        basis = Basis(ahead, on_average, self._all)
        return Place(position, round(wait_s), min(round(low_s or 0.0), round(wait_s)), most, basis)


def stretched(work_s: float, steps: Sequence[tuple[float, float]]) -> float | None:
    """How long `work_s` takes where from each instant on only a share of today's places is there; None: never done."""
    done, at, share = 0.0, 0.0, 1.0
    for next_at, next_share in steps:
        if done + (next_at - at) * share >= work_s:
            break
        done, at, share = done + (next_at - at) * share, next_at, next_share
    return at + (work_s - done) / share if share > 0 else None


def _gone(count: int, busy_s: float, leaving_per_s: float) -> _Time:
    """Until `count` before are served or have hung up, which takes `busy_s` if all stay.

    Of n still before you, the next is gone after 1/(1/s + nθ). The sum over n is its integral at mid-points.
    """
    if not count:
        return _Time(0.0, 0.0)
    stage_s = busy_s / count
    if leaving_per_s * busy_s < 1e-9:
        return _Time(busy_s, busy_s * stage_s)
    first = 1 / stage_s + leaving_per_s / 2
    last = first + count * leaving_per_s
    return _Time(math.log(last / first) / leaving_per_s, (1 / first - 1 / last) / leaving_per_s)


def _at_least(least_s: float, wait_s: int | None) -> int | None:
    return None if wait_s is None else max(round(least_s), wait_s)

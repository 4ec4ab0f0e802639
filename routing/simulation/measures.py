"""What a contact centre asks of a day, computed from its visits. Pure.

    ASA        mean wait of those answered
    SL         answered within the target / all who came                  (abandoned in the denominator)
    SL2        answered within the target / those answered                (abandoned left out)
    AHT        talk and wrap-up of those answered; ACW the wrap-up alone
    occupancy  time with work in hand / time signed in, over all places
    fairness   time in line of everybody by group, hung up or answered: a group that only hangs up is not a fast one

SL and SL2 stand side by side, because each flatters another kind of bad day. Target: 15 s by voice, 180 s in writing
(GB/T 33358: answer within 15 s, first response online within 3 min).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from routing.simulate import Course
from routing.simulation.arrivals import DAY_S, HOUR_S
from routing.simulation.posts import Post
from routing.simulation.scenario import Span
from routing.simulation.visits import Visit

TARGET_S: Mapping[str, float] = {"voice": 15.0}
TARGET_WRITTEN_S = 180.0
GROUPINGS = ("urgency", "matter", "language", "channel")


@dataclass(frozen=True, slots=True)
class Group:
    """Those of one urgency, matter, language or channel: how many, their time in line, the share that hung up."""

    by: str
    name: str
    count: int
    mean_s: float
    p95_s: float
    abandoned: float


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of a day; shares in [0, 1], times in seconds. `gini` and `chi2_df` are over the seats' work."""

    came: float
    answered: float
    abandoned: float
    waiting_still: float
    asa_s: float
    p50_s: float
    p95_s: float
    longest_s: float
    line_mean_s: float
    line_p95_s: float
    worst_group_s: float
    sl: float
    sl2: float
    aht_s: float
    acw_s: float
    occupancy: float
    gini: float
    chi2_df: float


def measured(course: Course, *, since_s: float = 0.0, until_s: float | None = None) -> Measures:
    """The figures of those who came from `since_s` on; occupancy is taken until `until_s`, else the last arrival."""
    visits = [one for one in course.visits if one.arrival.at_s >= since_s and _within(one, until_s)]
    end_s = until_s if until_s is not None else max((one.arrival.at_s for one in visits), default=since_s)
    answered = [one for one in visits if one.served]
    waits = sorted(_waits(answered))
    line = sorted(_waits(visits))
    in_time = sum(_wait(one) <= target_s(one.arrival.need.channel) for one in answered)
    busy = Busy(course, since_s=since_s, until_s=end_s)
    came = len(visits)
    return Measures(
        came=came,
        answered=len(answered),
        abandoned=_share(sum(one.abandoned for one in visits), came),
        waiting_still=sum(one.wait_s is None for one in visits),
        asa_s=mean(waits),
        p50_s=quantile(waits, 0.5),
        p95_s=quantile(waits, 0.95),
        longest_s=line[-1] if line else 0.0,
        line_mean_s=mean(line),
        line_p95_s=quantile(line, 0.95),
        worst_group_s=max((one.p95_s for one in groups(visits)), default=0.0),
        sl=_share(in_time, came),
        sl2=_share(in_time, len(answered)),
        aht_s=mean([one.arrival.talk_s + one.arrival.wrap_up_s for one in answered]),
        acw_s=mean([one.arrival.wrap_up_s for one in answered]),
        occupancy=_share(sum(busy.worked_s.values()), sum(busy.staffed_s.values())),
        gini=gini([busy.share(post) for post in course.posts if busy.staffed_s[post.number]]),
        chi2_df=_chi2_df(busy),
    )


def groups(visits: Iterable[Visit]) -> list[Group]:
    """Every group with its time in line, in the order of `GROUPINGS`; groupings with one group only say nothing."""
    found: defaultdict[tuple[str, str], list[Visit]] = defaultdict(list)
    for one in visits:
        need = one.arrival.need
        for by in GROUPINGS:
            name = need.urgency.name.lower() if by == "urgency" else str(getattr(need, by))
            found[by, name].append(one)
    kinds = defaultdict(set)
    for by, name in found:
        kinds[by].add(name)
    told = [key for key in sorted(found, key=lambda key: (GROUPINGS.index(key[0]), key[1])) if len(kinds[key[0]]) > 1]
    return [_group(*key, found[key]) for key in told]


@dataclass(frozen=True, slots=True)
class Hour:
    """Those who came in one hour of the day, over all days: how many, their time in line, the share that hung up."""

    hour: int
    count: int
    mean_s: float
    abandoned: float


def hours(visits: Iterable[Visit]) -> list[Hour]:
    """Each hour of the day in which anybody came."""
    found: defaultdict[int, list[Visit]] = defaultdict(list)
    for one in visits:
        found[int(one.arrival.at_s % DAY_S // HOUR_S)].append(one)
    each = ((hour, found[hour]) for hour in sorted(found))
    return [
        Hour(hour, len(of), mean(_waits(of)), _share(sum(one.abandoned for one in of), len(of))) for hour, of in each
    ]


class Busy:
    """Of every post, by number: seconds of places signed in, seconds of them with work in hand, and contacts."""

    def __init__(self, course: Course, *, since_s: float, until_s: float) -> None:
        self.posts = course.posts
        self.staffed_s: dict[int, float] = {}
        self.worked_s: defaultdict[int, float] = defaultdict(float)
        self.contacts: defaultdict[int, int] = defaultdict(int)
        spans: dict[int, list[Span]] = {}
        for post in course.posts:
            spans[post.number] = [*_clipped(post.spans, since_s, until_s)]
            self.staffed_s[post.number] = post.capacity * sum(end - start for start, end in spans[post.number])
        for one in course.visits:
            if one.answered_at_s is not None and one.ended_at_s is not None and one.seat_number is not None:
                work = _clipped(spans[one.seat_number], one.answered_at_s, one.ended_at_s)
                self.worked_s[one.seat_number] += sum(end - start for start, end in work)
                self.contacts[one.seat_number] += since_s <= one.answered_at_s < until_s

    def share(self, post: Post) -> float:
        """How much of its time a post had work in hand."""
        return _share(self.worked_s[post.number], self.staffed_s[post.number])


def target_s(channel: str) -> float:
    """Within how many seconds an answer counts for the service level."""
    return TARGET_S.get(channel, TARGET_WRITTEN_S)


def mean(found: Sequence[float]) -> float:
    """Nought of nothing."""
    return sum(found) / len(found) if found else 0.0


def quantile(ordered: Sequence[float], share: float) -> float:
    """Of ordered values, interpolated between neighbours; nought of nothing."""
    if not ordered:
        return 0.0
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def gini(shares: Sequence[float]) -> float:
    """How unevenly something is spread: 0 evenly, towards 1 all with one (Gini 1912)."""
    ordered, total = sorted(shares), sum(shares)
    if total <= 0:
        return 0.0
    count = len(ordered)
    return (count + 1 - 2 * sum(accumulate(ordered)) / total) / count


def _group(by: str, name: str, visits: Sequence[Visit]) -> Group:
    line = sorted(_waits(visits))
    abandoned = _share(sum(one.abandoned for one in visits), len(visits))
    return Group(by, name, len(visits), mean(line), quantile(line, 0.95), abandoned)


def _within(visit: Visit, until_s: float | None) -> bool:
    return until_s is None or visit.arrival.at_s < until_s


def _wait(visit: Visit) -> float:
    return visit.wait_s if visit.wait_s is not None else float("inf")


def _waits(visits: Iterable[Visit]) -> list[float]:
    return [one.wait_s for one in visits if one.wait_s is not None]


def _clipped(spans: Iterable[Span], start_s: float, end_s: float) -> Iterable[Span]:
    return ((max(start, start_s), min(end, end_s)) for start, end in spans if start < end_s and end > start_s)


def _chi2_df(busy: Busy) -> float:
    """Pearson's χ² of contacts against time signed in, over its freedom: about 1 where only chance differs."""
    staffed = {number: time_s for number, time_s in busy.staffed_s.items() if time_s > 0}
    contacts, time_s = sum(busy.contacts[one] for one in staffed), sum(staffed.values())
    if len(staffed) < 2 or not contacts:
        return 0.0
    expected = {number: contacts * share / time_s for number, share in staffed.items()}
    return sum((busy.contacts[one] - at) ** 2 / at for one, at in expected.items()) / (len(staffed) - 1)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0

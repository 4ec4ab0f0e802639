"""Lines and seats as Hypothesis draws them: up to twelve callers, up to eight seats, some with their hands full."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from interactions.model import Need, Urgency
from routing.candidates import Caller, Candidate
from routing.needs import rank_at
from routing.settings import RoutingSettings

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SETTINGS = RoutingSettings()
MATTERS = ("labour", "family", "general")
SEATS = range(100, 108)
REASONS = ("conflict", "competence", "busy", "lapsed")


def account_at(seat_number: int) -> UUID:
    """Who sits at a drawn seat."""
    return UUID(int=seat_number + 100)


def candidate(seat_number: int = 100, **facts: object) -> Candidate:
    """A seat with one free place for labour law, unless `facts` say otherwise."""
    plain: dict[str, object] = {
        "seat_id": UUID(int=seat_number),
        "account_id": account_at(seat_number),
        "matters": frozenset({"labour"}),
        "languages": frozenset({"zh"}),
        "channels": frozenset({"web"}),
        "slots": 1,
        "load": 0,
        "idle_since": NOW,
    }
    return Candidate(**(plain | facts))  # type: ignore[arg-type]


def caller(number: int = 0, *, urgency: Urgency = Urgency.NORMAL, matter: str = "labour", **facts: object) -> Caller:
    """Somebody who joined the line now, unless `facts` say otherwise."""
    since = facts.pop("waiting_since", NOW)
    assert isinstance(since, datetime)
    place = rank_at(since, urgency=urgency, settings=SETTINGS)
    need = Need("web", matter, "zh", urgency)
    return Caller(UUID(int=number), need, since, place, **facts)  # type: ignore[arg-type]


@st.composite
def seats(draw: st.DrawFn) -> list[Candidate]:
    """Seats in any order."""
    made = [
        candidate(
            number,
            matters=frozenset(draw(st.sets(st.sampled_from(MATTERS), min_size=1))),
            languages=frozenset(draw(st.sampled_from([("zh",), ("zh", "en")]))),
            channels=frozenset(draw(st.sampled_from([("web",), ("web", "wechat")]))),
            slots=draw(st.integers(0, 3)),
            load=draw(st.integers(0, 2)),
            idle_since=NOW - timedelta(seconds=draw(st.integers(0, 600))),
            protected_until=draw(st.none() | st.integers(1, 300).map(_from_now)),
        )
        for number in SEATS[: draw(st.integers(0, len(SEATS)))]
    ]
    return draw(st.permutations(made))


@st.composite
def lines(draw: st.DrawFn) -> list[Caller]:
    """Callers in any order."""
    return draw(st.permutations([_drawn_caller(draw, number) for number in range(draw(st.integers(0, 12)))]))


def _drawn_caller(draw: st.DrawFn, number: int) -> Caller:
    urgency = draw(st.sampled_from(Urgency))
    since = NOW - timedelta(seconds=draw(st.integers(0, 4_000) | st.integers(0, 30)))
    channel, language = draw(st.sampled_from(["web", "wechat"])), draw(st.sampled_from(["zh", "en"]))
    return Caller(
        UUID(int=number),
        Need(channel, draw(st.sampled_from(MATTERS)), language, urgency),
        since,
        rank_at(since, urgency=urgency, settings=SETTINGS),
        draw(st.none() | st.sampled_from(SEATS).map(account_at)),
        draw(st.dictionaries(st.sampled_from(SEATS).map(_id), st.sampled_from(REASONS), max_size=4)),
    )


def _id(number: int) -> UUID:
    return UUID(int=number)


def _from_now(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)

"""The checker of the log is shown to catch what it is there for: each story below is told with one fault in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.rig.budget import AT_LEAST, total
from tests.rig.checker import Acknowledged, Fact, check

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SEAT = str(UUID(int=100))


def _fact(number: int, seq: int, at_s: float, kind: str, moved: str = "", **body: Any) -> Fact:
    left, _, came = moved.partition("→")
    at = START + timedelta(seconds=at_s)
    by_id = UUID(int=number + 1000) if kind == "turn.said" else None
    by = "resident" if by_id else "system"
    tx = int(at_s * 10) + 1
    return Fact(UUID(int=number), seq, kind, by, by_id, at, left or None, came or None, "labour", body, tx)


def _joined(number: int, at_s: float) -> list[Fact]:
    return [
        _fact(number, 1, at_s, "interaction.opened", channel="web", language="zh"),
        _fact(number, 2, at_s, "turn.said", client_id=f"c{number}"),
        _fact(number, 3, at_s, "interaction.queued", "with_bot→waiting", reason="asked"),
    ]


def _offered(
    number: int, seq: int, at_s: float, *, waited_s: float, seen_s: float | None = None, most: int = 1
) -> Fact:
    seen = int((at_s if seen_s is None else seen_s) * 10)
    body = {"offer_id": f"o{number}-{seq}", "seat_id": SEAT, "seen": f"{seen}:{seen}:"}
    why = {"waited_s": waited_s, "most": most}
    return _fact(number, seq, at_s, "interaction.offered", "waiting→offered", why=why, **body)


def _accepted(number: int, seq: int, at_s: float, *, waited_s: float, offer_seq: int) -> Fact:
    body = {"offer_id": f"o{number}-{offer_seq}", "seat_id": SEAT, "segment_id": f"s{number}-{seq}"}
    return _fact(number, seq, at_s, "interaction.accepted", "offered→with_lawyer", waited_s=waited_s, **body)


def _ended(number: int, seq: int, at_s: float, *, offer_seq: int, how: str = "lapsed") -> Fact:
    body = {"offer_id": f"o{number}-{offer_seq}", "seat_id": SEAT, "how": how, "reason": None}
    return _fact(number, seq, at_s, "interaction.offer_ended", "offered→waiting", **body)


def _served(number: int, at_s: float) -> list[Fact]:
    """In line, offered after 5 s, accepted after 7."""
    return [
        *_joined(number, at_s),
        _offered(number, 4, at_s + 5, waited_s=5.0),
        _accepted(number, 5, at_s + 7, waited_s=7.0, offer_seq=4),
    ]


def _closed(number: int, seq: int, at_s: float) -> list[Fact]:
    return [
        _fact(number, seq, at_s, "interaction.released", "with_lawyer→wrap_up", segment_id=f"s{number}-5"),
        _fact(number, seq + 1, at_s, "interaction.closed", "wrap_up→closed", how="wrapped_up"),
    ]


GOOD = [*_served(1, 0), *_closed(1, 6, 60), *_served(2, 61), *_closed(2, 6, 120)]
ACKNOWLEDGED = [Acknowledged(UUID(int=1), 2, "c1"), Acknowledged(UUID(int=2), 5)]


def test_a_log_as_it_should_be_passes() -> None:
    assert check(GOOD, acknowledged=ACKNOWLEDGED) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ([one for one in GOOD if one.seq != 2], "expected seq 2"),
        ([*_served(1, 0), replace(_closed(1, 6, 9)[1], seq=6)], "leaves wrap_up, but was with_lawyer"),
        ([*_joined(1, 0), _offered(1, 4, 5, waited_s=1.0)], "age not kept"),
        ([*_joined(1, 0), _offered(1, 4, 5, waited_s=5), _accepted(1, 5, 7, waited_s=2, offer_seq=4)], "age not kept"),
        (
            [*_served(1, 0), replace(_accepted(1, 6, 8, waited_s=8.0, offer_seq=4), from_state="with_lawyer")],
            "ends offer o1-4, but None rings",
        ),
        ([*_served(1, 0), _ended(1, 6, 8, offer_seq=4)], "ends a second time"),
        ([*_served(1, 0), _offered(1, 6, 8, waited_s=8.0)], "offered while a lawyer has it in hand"),
        (
            [*_joined(1, 0), _offered(1, 4, 5, waited_s=5.0), _offered(1, 5, 6, waited_s=6.0)],
            "offered while an offer rings",
        ),
        ([*_served(1, 0), *_served(2, 1)], "with 2 in hand of 1"),
        (
            [
                *_joined(1, 0),
                _fact(1, 4, 3, "interaction.abandoned", "waiting→abandoned", how="left", waited_s=3.0),
                _offered(1, 5, 4, waited_s=4.0),
            ],
            "leaves waiting, but was abandoned",
        ),
        ([*_joined(1, 0), *_joined(2, 10), _offered(2, 4, 15, waited_s=5.0)], "in line before"),
    ],
)
def test_each_fault_is_named(facts: Sequence[Fact], said: str) -> None:
    found = check(facts)

    assert any(said in one for one in found), found


def test_whoever_could_not_be_seen_or_may_not_have_the_seat_was_not_passed_over() -> None:
    unseen = [*_joined(1, 0), *_joined(2, 10), _offered(2, 4, 15, waited_s=5.0, seen_s=0.0)]
    refused = [
        *_joined(1, 0),
        _offered(1, 4, 1, waited_s=1.0),
        _ended(1, 5, 2, offer_seq=4, how="declined"),
        *_joined(2, 10),
        _offered(2, 4, 15, waited_s=5.0),
    ]

    assert check(unseen) == []
    assert check(refused) == []
    assert check(refused, pause=timedelta(seconds=5)) != []


def test_what_was_acknowledged_stands_once() -> None:
    missing = [Acknowledged(UUID(int=1), 9), Acknowledged(UUID(int=7), 1), Acknowledged(UUID(int=1), 1, "c1")]

    assert len(check(GOOD, acknowledged=missing)) == 3
    twice = [*_joined(1, 0), replace(_joined(1, 0)[1], seq=4)]
    assert any("stands at [2, 4]" in one for one in check(twice, acknowledged=[Acknowledged(UUID(int=1), 2, "c1")]))


def test_a_run_takes_enough_interleavings() -> None:
    assert total() >= AT_LEAST == 2_000

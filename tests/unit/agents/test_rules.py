"""The room's pure rules: paces, reasons, ratings, visibility, rights, classification."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.codes import Codes
from agents.declining import DECLINE_REASONS, decline_code
from agents.demo_roster import SEATS, SPECIALITIES, matters_of
from agents.pace import Pace, Rate
from agents.ratings import may_ask_rating
from agents.record_form import event_form
from agents.roles import RIGHTS, Right, Role, Scope, Viewer
from agents.seat_view import Held
from agents.talk import Talk
from agents.wrapping_up import closing_drafts, require_codes
from interactions.chain import GENESIS, StoredEvent
from interactions.errors import Invalid, NotAllowed
from interactions.event import Event, kinds
from interactions.events import Classified, NoteWritten, Queued, Returned, TurnSaid
from interactions.following import Following
from interactions.head import Head
from interactions.model import By, State, Urgency
from interactions.record import Recorded
from interactions.visibility import visible_to_resident, visible_to_staff
from tests.rig.serving import FORM

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HEAD = Head(
    interaction_id=uuid4(),
    number="20261123-000001",
    resident_id=uuid4(),
    channel="web",
    language="zh",
    state=State.WITH_LAWYER,
    urgency=Urgency.NORMAL,
    dangers=(),
    minor=False,
    matter="labour",
    district="unknown",
    street=None,
    request_kind=None,
    outcome=None,
    opened_at=NOW,
    waiting_since=NOW,
    rank_at=NOW,
    last_turn_at=NOW,
    unanswered_since=None,
    closed_at=None,
    seat_id=uuid4(),
    last_seq=3,
    head=GENESIS,
)
CODES = Codes(
    matters={"labour": "劳动"},
    districts={"120104": "南开", "120101": "和平"},
    request_kinds={"consultation": "咨询"},
    caller_groups={},
    channels={"web": "网页"},
)


def _recorded(event: Event, *, seq: int = 1, by: By = By.LAWYER, to: State | None = None) -> Recorded:
    row = (
        HEAD.interaction_id,
        seq,
        event.kind,
        by.value,
        None,
        NOW,
        None,
        to and to.value,
        "labour",
        None,
        b"{}",
        None,
    )
    return Recorded(StoredEvent(*row), event)


@given(st.integers(1, 50), st.floats(0.5, 600.0), st.lists(st.floats(0.0, 5.0), max_size=200))
def test_a_pace_never_lets_more_through_than_its_burst_and_its_refill(
    count: int, per_s: float, gaps: list[float]
) -> None:
    pace, now, passed = Pace(Rate(count=count, per_s=per_s), now=NOW), NOW, 0
    for gap in gaps:
        now += timedelta(seconds=gap)
        passed += pace.take(now) == 0.0
    assert passed <= count + (now - NOW).total_seconds() * count / per_s + 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        *((code, code) for code in DECLINE_REASONS),
        *((label, code) for code, label in DECLINE_REASONS.items()),
        ("conflict_of_interest", "conflict"),
        (" 与对方有利益冲突，需要回避 ", "conflict"),
        ("incompetent in this field", "competence"),
        ("这类案件我不熟悉", "competence"),
        ("午饭", "other"),
        ("张三说他", "other"),
    ],
)
def test_a_decline_becomes_a_code_and_care_is_read_into_words(said: str, code: str) -> None:
    assert decline_code(said) == code


@pytest.mark.parametrize(
    ("head", "asked"),
    [
        (HEAD, True),
        (HEAD._replace(urgency=Urgency.DEADLINE), True),
        (HEAD._replace(dangers=("violence",)), False),
        (HEAD._replace(urgency=Urgency.DANGER), False),
        (HEAD._replace(minor=True), False),
    ],
)
def test_a_rating_is_never_asked_for_after_danger_nor_of_a_minor(head: Head, asked: bool) -> None:
    assert may_ask_rating(head) is asked


def test_a_resident_sees_turns_only_staff_see_notes_too_and_nobody_else_is_shown_as_a_turn() -> None:
    shown_to_resident = {kind for kind in kinds() if visible_to_resident(_recorded(_of_kind(kind)))}
    shown_to_staff = {kind for kind in kinds() if visible_to_staff(_recorded(_of_kind(kind)))}
    assert shown_to_resident == {"turn.said"}
    assert shown_to_staff == {"turn.said", "note.written"}


def _of_kind(kind: str) -> Event:
    """An event of a kind; its fields do not matter for who sees it."""
    cls = kinds()[kind]
    return object.__new__(cls)


@given(st.lists(st.sampled_from(["turn", "note", "queued", "gone"]), max_size=30))
def test_a_talk_shows_turns_in_an_unbroken_chain_and_nothing_after_it_left_the_seat(sequence: list[str]) -> None:
    made = {
        "turn": lambda seq: _recorded(TurnSaid(text=f"{seq}"), seq=seq),
        "note": lambda seq: _recorded(NoteWritten(text=f"{seq}"), seq=seq),
        "queued": lambda seq: _recorded(Queued("asked"), seq=seq),
        "gone": lambda seq: _recorded(Returned(segment_id="s", how="vanished"), seq=seq, to=State.WAITING),
    }
    records = [made[what](seq) for seq, what in enumerate(sequence, start=1)]
    held = Held(HEAD.interaction_id, HEAD.resident_id, "", "with_lawyer", "web", "general", 3, (), 0, None)
    following = Following(None, interaction_id=HEAD.interaction_id, after=0)  # type: ignore[arg-type]
    talk = Talk(following, held, seat_id=HEAD.interaction_id, shown=0)
    frames = list(talk.frames(records))
    turns = [frame for frame in frames if frame["type"] == "turn"]
    assert [turn["prev"] for turn in turns] == [0, *(turn["seq"] for turn in turns)][: len(turns)]
    left_at = sequence.index("gone") + 1 if "gone" in sequence else len(sequence) + 1
    assert all(frame["seq"] <= left_at for frame in frames)
    assert len(turns) == sum(what in ("turn", "note") for what in sequence[: left_at - 1])


def test_only_a_lawyer_serves_and_an_analyst_reads_no_words() -> None:
    assert {role for role in Role if Right.SERVE in RIGHTS[role]} == {Role.LAWYER}
    assert {role for role in Role if Right.READ_WORDS not in RIGHTS[role]} == {Role.ANALYST}
    with pytest.raises(NotAllowed):
        Viewer(uuid4(), "x", Role.ANALYST, Scope()).require(Right.READ_WORDS)


def test_without_the_right_to_words_an_events_body_holds_none() -> None:
    noted = _recorded(Classified(None, "labour", "120104", "consultation", "answered", summary="谁做了什么"))
    assert "谁做了什么" in str(event_form(noted, with_words=True))
    assert "谁做了什么" not in str(event_form(noted, with_words=False))


@pytest.mark.parametrize(("place_district", "street"), [(None, "某街道"), ("120104", "某街道"), ("120101", None)])
def test_a_street_of_another_district_is_not_taken_for_one_of_the_residents(
    place_district: str | None, street: str | None
) -> None:
    form = replace(FORM, place_district=place_district, street="某街道")
    classified, closed = closing_drafts(form, segment_id=uuid4(), account_id=uuid4(), now=NOW)
    assert classified.changes["street"] == street
    assert isinstance(classified.event, Classified)
    assert (classified.event.place_district, classified.event.street) == (place_district, "某街道")
    assert closed.to is State.CLOSED


def test_every_code_of_a_form_is_checked_and_the_value_is_not_repeated() -> None:
    require_codes(FORM, CODES)
    for field in ("matter", "district", "request_kind", "outcome"):
        with pytest.raises(Invalid) as refused:
            require_codes(replace(FORM, **{field: "某人"}), CODES)  # type: ignore[arg-type]
        assert str(refused.value).startswith(field)
        assert "某人" not in str(refused.value)


def test_every_speciality_has_six_seats_and_three_seats_take_anything() -> None:
    seats = [matters_of(number) for number in range(1, SEATS + 1)]
    assert all(sum(one in matters for matters in seats) == 6 for one in SPECIALITIES)
    assert all(len(set(matters)) == 2 for matters in seats[:12])

"""Whoever reads a log reads words: no field, kind, state or code of ours is shown as the program calls it."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest

from agents.codes import OUTCOMES
from agents.declining import DECLINE_REASONS
from bots.suggestion import Suggestion
from hotline.log_view import NOT_SHOWN
from hotline.log_words import BY, CODES, FIELDS, KINDS, STATES
from hotline.suggesting import Suggested
from interactions.event import Event, kinds
from interactions.model import By, State
from routing.candidates import Seats
from routing.policy import match
from routing.relaxation import Reach
from tests.unit.routing.lines import NOW, SETTINGS, caller, candidate

# Shown as what was said, or by their parts.
SHOWN_OTHERWISE = {"text", "answer", "file", "purpose", "why"}


@pytest.mark.parametrize("event", kinds().values(), ids=kinds().keys())
def test_an_event_and_its_fields_have_words(event: type[Event]) -> None:
    shown = {one.name for one in fields(event)} - NOT_SHOWN - SHOWN_OTHERWISE
    shown = {name for name in shown if not name.endswith("_id") or name == "seat_id"}

    assert event.kind in KINDS
    assert shown <= FIELDS.keys()


def test_every_state_and_speaker_has_a_word() -> None:
    assert {state.value for state in State} <= STATES.keys()
    assert {by.value for by in By} <= BY.keys()


def test_the_explanation_of_a_choice_has_words() -> None:
    (chosen,) = match([caller()], Seats([candidate()]), now=NOW + timedelta(seconds=1), settings=SETTINGS).matches

    assert chosen.why.keys() <= FIELDS.keys()
    assert chosen.why["chosen_for"] in CODES["chosen_for"]
    assert "relaxed_to" in FIELDS
    assert CODES["relaxed_to"].keys() == {reach.name.lower() for reach in Reach if reach is not Reach.OWN}


def test_a_choice_from_a_list_is_called_as_on_the_form() -> None:
    assert CODES["outcome"] == OUTCOMES
    assert DECLINE_REASONS.items() <= CODES["reason"].items()


def test_a_suggested_matter_has_words() -> None:
    facts = Suggested((Suggestion("labour", 0.62),)).facts()

    assert facts.keys() <= FIELDS.keys()

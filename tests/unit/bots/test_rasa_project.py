"""What Rasa is trained from is the content, whole, in Rasa's form and nothing that Rasa reads as something else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bots.rasa_project import SELF, Taught, as_asked, entry_of, key_of, project
from bots.retrieval import load_unanswerable
from tests.unit.bots.content import entries

ABOUT = {"content": "digest", "weights": [0.5, 1.0]}


@cache
def files() -> Mapping[str, Any]:
    """Every file of the project on the served content, read."""
    return read(Taught.everything(entries(), load_unanswerable(), ABOUT))


def read(taught: Taught) -> Mapping[str, Any]:
    """Every file of a project, read."""
    return {path: yaml.safe_load(text) for path, text in project(taught).items()}


def examples(text: str) -> list[str]:
    """As Rasa reads them: one a line, after its dash."""
    return [line.removeprefix("- ") for line in text.splitlines()]


def test_every_wording_of_every_entry_is_an_example_of_its_own_intent() -> None:
    intents = {one["intent"]: examples(one["examples"]) for one in files()["data/nlu.yml"]["nlu"] if "intent" in one}

    for entry in entries():
        assert set(intents[key_of(entry.id)]) == {as_asked(question) for question in entry.questions}
    assert set(intents["out_of_scope"]) == {as_asked(one) for one in load_unanswerable()} - {""}


def test_every_entry_has_its_answer_and_the_model_tells_of_itself() -> None:
    responses = files()["domain.yml"]["responses"]

    assert all(responses[f"utter_{key_of(entry.id)}"] == [{"text": entry.answer}] for entry in entries())
    assert responses[SELF] == [{"custom": ABOUT}]


def test_a_rule_leads_from_either_intent_to_what_is_said() -> None:
    rules = files()["data/rules.yml"]["rules"]

    assert [[*step.values()] for rule in rules for step in rule["steps"]] == [
        ["faq"],
        ["utter_faq"],
        ["out_of_scope"],
        ["utter_out_of_scope"],
    ]


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_whatever_is_asked_stays_one_example_and_no_markup(texts: list[str]) -> None:
    said = [text for text in dict.fromkeys(as_asked(one) for one in texts) if text]

    found = read(Taught((), (), texts))["data/nlu.yml"]["nlu"][0]

    assert examples(found["examples"]) == said
    assert not any(mark in line for line in said for mark in "[](){}\\/\n")


@pytest.mark.parametrize("entry_id", ["labour.wages.unpaid", "faq.x"])
def test_an_entrys_key_leads_back_to_it(entry_id: str) -> None:
    assert entry_of(key_of(entry_id)) == entry_id


def test_words_that_mean_one_thing_meet_behind_the_question() -> None:
    assert as_asked("老板不给工钱？").split()[0] == "老板不给工钱"
    assert "工资" in as_asked("老板不给工钱？").split()
    assert as_asked("。。。") == ""

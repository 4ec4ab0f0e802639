"""Symptom: "老板拖欠我三个月工资怎么办", a wording of the content, came out at confidence 0.117: no answer.

Kinds of evidence that overlap got weights against each other, and the likeness to known wordings a negative one: the
better a question was known, the less sure the bot was.
"""

from __future__ import annotations

from bots.finding import Found
from bots.lessons import Material
from bots.ports import Answer
from bots.retrieval import RetrievalBot, load_unanswerable
from tests.unit.bots.content import bot, entries

ASKED = "老板拖欠我三个月工资怎么办"


def test_a_wording_of_the_content_is_answered() -> None:
    said = bot().decide(ASKED)

    assert isinstance(said, Answer)
    assert said.entry_id == "labour.wages.unpaid"
    assert said.confidence > 0.95


def test_the_curve_alone_is_sure_of_it_too() -> None:
    material = Material(entries(), unanswerable=load_unanswerable())
    found: Found = material.finder().find(ASKED)
    asked_of: RetrievalBot = bot()

    assert asked_of.curve.confidence(found.evidence) > 0.9
    assert min(asked_of.curve.weights[1:]) >= 0.0

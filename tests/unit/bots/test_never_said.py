"""The bot never says that a right has expired and computes no last day: over all content and all it composes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from bots import phrasing
from bots.content import answer_of
from bots.faq import FORBIDDEN
from bots.following import Aspect, told_by
from bots.phrasing import doubt_text, several_text, told_text
from bots.ports import Choice
from bots.replies import Doubt, How, Told
from bots.triage import EMERGENCY, SELF_HARM
from hotline import phrases, work_phrases
from tests.unit.bots.content import entries

# A verdict on somebody's time, or a day by the calendar. "超过三年的，对方可以抗辩" explains the law and is neither.
EXPIRED = re.compile(
    "|".join(
        (
            *map(re.escape, FORBIDDEN),
            r"您的?.{0,12}(时效|期限|权利).{0,6}(已过|过了|届满了|超过了|没有了|丧失了?)",
            r"(已经|已).{0,4}(超过|过)了?.{0,6}(时效|期限|复议期|上诉期)",
            r"(您|你)?(还有|还剩|只剩)[一二三四五六七八九十\d]+(个)?(天|日|小时|个月)",
            r"(最晚|最迟|截止|截至|到期|届满)(日期?)?(是|为|于|到|在)?\s*\d{1,4}(年|月|日|号|[-/.])",
            r"(明天|后天|本周|本月|下周|下月).{0,6}(到期|届满|截止|过期)",
        )
    )
)


def composed() -> Iterator[str]:
    """Everything the bot can make of the content."""
    told = [Told(answer_of(entry, confidence=0.9), version="0") for entry in entries()]
    yield from map(told_text, told)
    for entry, aspect in product(entries(), Aspect):
        words = told_by(entry, aspect)
        if words is not None:
            answer = answer_of(entry, confidence=0.9, text=words)
            yield told_text(Told(answer, how=How.FOLLOW_UP, aspect=aspect.value))
    doubts = [Doubt(0.1, (Choice(entry.id, entry.questions[0]),), question=entry.questions[0]) for entry in entries()]
    yield from map(doubt_text, doubts)
    for first, doubt in zip(told, doubts, strict=True):
        yield several_text([first, told[0], doubt], choices=doubt.choices, more=True)


def fixed() -> Iterator[str]:
    """Everything that is said whatever is asked."""
    yield from (EMERGENCY, SELF_HARM, *phrasing.WARNINGS, *phrasing.SMALL_TALK.values(), phrasing.NONE_OF_THEM)
    yield from (phrasing.NOTHING_NEAR, phrasing.NOT_TOLD, phrasing.MORE_LATER, *phrases.QUEUED.values())
    yield from (value for value in vars(work_phrases).values() if isinstance(value, str))


def test_no_text_says_that_a_right_has_expired_or_by_when_one_must_act() -> None:
    texts = [*composed(), *fixed()]

    assert len(texts) > 4 * len(entries())
    assert [found.group() for text in texts if (found := EXPIRED.search(text))] == []


def test_the_search_finds_what_it_is_for() -> None:
    said = (
        "您的仲裁时效已过",
        "已经超过诉讼时效",
        "您还有3天",
        "最迟是12月1日",
        "截止日期为2026-12-01",
        "明天到期",
        "时效已过",
    )

    assert [one for one in said if not EXPIRED.search(one)] == []


def test_composing_adds_no_number_to_the_content() -> None:
    """What is not in the entry was computed; ordinals of the list and the numbers of articles apart."""
    for entry in entries():
        answer = answer_of(entry, confidence=0.9)
        known = set(re.findall(r"\d+", entry.answer + entry.next_steps + entry.see_lawyer + "12348"))
        assert set(re.findall(r"\d+", told_text(Told(answer)))) <= known

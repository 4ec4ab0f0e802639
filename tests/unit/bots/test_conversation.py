"""The conversation over an engine that says what a test tells it to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bots.content import Content, answer_of
from bots.conversation import Conversation
from bots.facts import earlier_of
from bots.faq import Entry, Review
from bots.ports import Answer, Bot, Context, Unavailable, Unsure
from bots.replies import Reply, ToPerson
from bots.silence import Silence
from tests.unit.bots.content import bot as real_bot
from tests.unit.bots.content import entries

TODAY = date(2026, 11, 26)
BY_ID = {entry.id: entry for entry in entries()}
WAGES, INJURY = BY_ID["labour.wages.unpaid"], BY_ID["labour.injury.insurance"]
NEAREST = (WAGES.questions[0], INJURY.questions[0])
Outcome = Answer | Unsure | Unavailable


class Scripted:
    """An engine with an answer for each question, unsure of every other; `asked` are the questions it got."""

    def __init__(self, script: Mapping[str, Outcome] | None = None, *, nearest: tuple[str, ...] = NEAREST) -> None:
        self._script = script or {}
        self._nearest = nearest
        self.asked: list[str] = []

    async def answer(self, question: str, *, context: Context) -> Outcome:
        """What the script has."""
        self.asked.append(question)
        return self._script.get(question, Unsure(0.2, self._nearest, None))


class Talked:
    """One resident's talk: facts of the bot's turns are all that is kept between them."""

    def __init__(
        self, engine: Bot, *, silence: Silence | None = None, content: tuple[Entry, ...] | None = None
    ) -> None:
        self.turns: list[tuple[str | None, dict[str, Any] | None]] = []
        self._conversation = Conversation(
            engine, content=Content(content or entries()), silence=silence or Silence(), today=lambda: TODAY
        )

    async def say(self, text: str) -> Reply | ToPerson | Unavailable:
        """The bot's next turn."""
        context = Context("web", earlier_of(reversed(self.turns)))
        said = await self._conversation.reply(text, context=context)
        if isinstance(said, Reply):
            self.turns.append((said.purpose, said.facts))
        return said

    async def reply(self, text: str) -> tuple[Reply, dict[str, Any]]:
        """The bot's next turn, which must be one, and its facts."""
        said = await self.say(text)
        assert isinstance(said, Reply)
        return said, said.facts or {}


def sure(entry: Entry) -> Answer:
    """An engine's answer from `entry`."""
    return answer_of(entry, confidence=0.9)


async def test_an_answer_carries_its_entry_and_the_versions_it_was_told_from() -> None:
    talk = Talked(Scripted({"欠薪": sure(WAGES)}))

    _, facts = await talk.reply("欠薪")

    content = Content(entries())
    assert facts["entry"] == WAGES.id
    assert facts["entry_version"] == content.version_of(WAGES.id)
    assert facts["content"] == content.version
    assert facts["how"] == "asked"


async def test_doubt_offers_the_nearest_by_number_and_the_number_chooses() -> None:
    talk = Talked(Scripted())

    offered, facts = await talk.reply("上班的事")
    chosen, chosen_facts = await talk.reply("第二个")

    assert f"2. {INJURY.questions[0]}" in offered.text
    assert [one["entry"] for one in facts["choices"]] == [WAGES.id, INJURY.id]
    assert chosen_facts["entry"] == INJURY.id
    assert chosen_facts["how"] == "choice"
    assert INJURY.answer in chosen.text


async def test_an_offer_holds_for_the_next_word_and_through_small_talk_only() -> None:
    talk = Talked(Scripted({"欠薪": sure(WAGES)}))
    await talk.reply("上班的事")
    await talk.reply("谢谢")
    _, still = await talk.reply("2")
    await talk.reply("欠薪")

    late, _ = await talk.reply("2")

    assert still["entry"] == INJURY.id
    assert late.purpose == "unsure"


async def test_a_turned_down_offer_leads_on() -> None:
    talk = Talked(Scripted())
    await talk.reply("上班的事")

    said, facts = await talk.reply("都不是")

    assert facts["why"] == "none_of_them"
    assert "转人工" in said.text


async def test_a_follow_up_is_answered_from_the_entry_before() -> None:
    engine = Scripted({"欠薪": sure(WAGES)})
    talk = Talked(engine)
    await talk.reply("欠薪")

    said, facts = await talk.reply("要带什么")

    assert WAGES.next_steps in said.text
    assert (facts["entry"], facts["how"], facts["aspect"]) == (WAGES.id, "follow_up", "materials")
    assert facts["confidence"] == 0.9
    assert engine.asked == ["欠薪"]


async def test_a_follow_up_of_a_follow_up_is_still_about_the_entry() -> None:
    talk = Talked(Scripted({"欠薪": sure(WAGES)}))
    await talk.reply("欠薪")
    _, unsure = await talk.reply("那要多久？")

    _, facts = await talk.reply("去哪里办")

    assert unsure["about"] == WAGES.id
    assert (facts["entry"], facts["how"]) == (WAGES.id, "follow_up")


async def test_a_sibling_answers_what_the_entry_does_not_tell() -> None:
    sibling = next(
        entry
        for entry in entries()
        if entry.id != WAGES.id and entry.matter.startswith("labour") and any("多久" in one for one in entry.questions)
    )
    talk = Talked(Scripted({"欠薪": sure(WAGES), f"{WAGES.questions[0]}，多久": sure(sibling)}))
    await talk.reply("欠薪")

    _, facts = await talk.reply("多久")

    assert (facts["entry"], facts["how"]) == (sibling.id, "sibling")


async def test_an_answer_from_another_matter_is_no_answer_to_a_follow_up() -> None:
    stranger = next(entry for entry in entries() if not entry.matter.startswith("labour"))
    talk = Talked(Scripted({"欠薪": sure(WAGES), f"{WAGES.questions[0]}，多久": sure(stranger)}))
    await talk.reply("欠薪")

    said, facts = await talk.reply("多久")

    assert said.purpose == "unsure"
    assert facts["about"] == WAGES.id


async def test_without_an_entry_before_it_a_short_question_is_only_a_question() -> None:
    engine = Scripted()

    said, _ = await Talked(engine).reply("要多久")

    assert said.purpose == "unsure"
    assert engine.asked == ["要多久"]


async def test_several_questions_are_answered_one_by_one_and_the_unsure_one_is_offered() -> None:
    script = {"工资不发怎么办？": sure(WAGES), "受伤了谁赔？": sure(INJURY)}
    talk = Talked(Scripted(script, nearest=(BY_ID["tort.dog_bite"].questions[0],)))

    said, facts = await talk.reply("工资不发怎么办？受伤了谁赔？那只狗归谁？")

    assert WAGES.answer in said.text
    assert INJURY.answer in said.text
    assert [part.get("entry") for part in facts["parts"]] == [WAGES.id, INJURY.id, None]
    assert [one["entry"] for one in facts["choices"]] == ["tort.dog_bite"]
    assert facts["confidence"] == 0.9


async def test_no_more_than_three_questions_at_once() -> None:
    engine = Scripted({f"第{number}件事怎么办？": sure(WAGES) for number in "甲乙丙丁戊"})
    text = "".join(f"第{number}件事怎么办？" for number in "甲乙丙丁戊")

    await Talked(engine).say(text)

    assert len(engine.asked) <= 4


async def test_two_questions_with_one_answer_are_one() -> None:
    talk = Talked(Scripted({"老板不给钱怎么办？": sure(WAGES), "不发工资违法吗？": sure(WAGES)}))

    said, facts = await talk.reply("老板不给钱怎么办？不发工资违法吗？")

    assert "逐一回答" not in said.text
    assert facts["entry"] == WAGES.id


async def test_two_warnings_then_a_person() -> None:
    talk = Talked(Scripted())

    first, second, third = [await talk.say(text) for text in ("傻逼机器人", "滚", "你个废物")]

    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert (first.purpose, second.purpose) == ("warning", "warning")
    assert first.text != second.text
    assert third == ToPerson("abuse")


async def test_hard_words_around_a_question_it_knows_are_overheard() -> None:
    talk = Talked(Scripted({"滚，工资不发怎么办": sure(WAGES)}))

    said, _ = await talk.reply("滚，工资不发怎么办")

    assert said.purpose == "answer"


async def test_only_signed_entries_with_a_review_in_time_answer_where_that_is_asked_for() -> None:
    def reviewed(entry: Entry, **review: Any) -> Entry:
        return entry.model_copy(update={"review": Review(**review)})

    signed = reviewed(WAGES, status="signed", reviewer="甲", review_by=TODAY)
    overdue = reviewed(INJURY, status="signed", reviewer="甲", review_by=TODAY - timedelta(days=1))
    draft = BY_ID["tort.dog_bite"]
    script = {"甲": sure(signed), "乙": sure(overdue), "丙": sure(draft)}
    engine = Scripted(script, nearest=(signed.questions[0], overdue.questions[0], draft.questions[0]))
    talk = Talked(engine, silence=Silence(require_signed=True), content=(signed, overdue, draft))

    said = {text: await talk.reply(text) for text in ("甲", "乙", "丙", "丁")}

    assert [reply.purpose for reply, _ in said.values()] == ["answer", "unsure", "unsure", "unsure"]
    assert (said["乙"][1]["why"], said["丙"][1]["why"]) == ("review_overdue", "not_signed")
    assert said["丁"][1]["suggestions"] == [signed.questions[0]]


async def test_an_entry_whose_statute_changed_falls_silent() -> None:
    cited = WAGES.basis[0]
    changed: dict[tuple[str, str | None], date] = {(cited.law, cited.article): cited.in_force_since + timedelta(days=1)}
    talk = Talked(Scripted({"欠薪": sure(WAGES)}), silence=Silence(changed=changed))

    said, facts = await talk.reply("欠薪")

    assert said.purpose == "unsure"
    assert facts["why"] == "statute_changed"
    assert WAGES.questions[0] not in said.text


async def test_a_choice_that_left_the_content_is_not_told() -> None:
    before = Talked(Scripted())
    await before.reply("上班的事")
    after = Talked(Scripted(), content=(WAGES,))
    after.turns = before.turns

    said, facts = await after.reply("2")

    assert said.purpose == "unsure"
    assert facts["why"] == "gone"


async def test_an_engine_that_is_down_is_neither_unsure_nor_an_answer() -> None:
    down = Unavailable("deadline")
    talk = Talked(Scripted({"欠薪怎么办？": down, "欠薪怎么办？工伤怎么办？": down}))

    assert await talk.say("欠薪怎么办？工伤怎么办？") == down


WORDS = (
    "要多久",
    "2",
    "第二个",
    "都不是",
    "谢谢",
    "滚",
    "老板不发工资怎么办？",
    "工伤怎么认定？",
    "你好",
    "\x00",
    "？" * 50,
)


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=60), max_size=8))
async def test_any_talk_goes_on_and_what_is_kept_is_never_a_residents_word(said: list[str]) -> None:
    talk = Talked(real_bot())

    for text in said:
        assert isinstance(await talk.say(text), Reply | ToPerson | Unavailable)

    ours = {question for entry in entries() for question in entry.questions}
    kept = [one["question"] for _, facts in talk.turns for one in (facts or {}).get("choices", ())]
    assert set(kept) <= ours

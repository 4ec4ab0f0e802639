"""A conversation over any engine of the port: choices, follow-ups, several questions, small talk, hard words.

question ─┬─ "2", "第二个", its words ─▶ the entry offered before
          ├─ "都不是" ────────────────▶ another way on
          ├─ "你好", "谢谢", "再见" ───▶ a kind word; nothing is closed
          ├─ several questions ───────▶ each by itself, at most three; what is unsure is offered
          └─ one question ─┬─ "那要多久" ─▶ of the entry before: its own words, else a sibling's, else offered
                           └─ the engine ─┬─ Answer, and its entry may speak today ─▶ told
                                          ├─ Answer of a silent entry, Unsure ─▶ hard words? two warnings, a person
                                          │                                     else the nearest three, numbered
                                          └─ Unavailable ─▶ the caller goes on without it

Keeps nothing: what went before comes with the context, from rows of the log, so that any process goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from bots.choosing import chosen, none_of_them
from bots.content import Content, answer_of
from bots.facts import facts_of_answer, facts_of_doubt, facts_of_several
from bots.faq import Entry
from bots.following import Aspect, asked_in, follow_up, told_by
from bots.phrasing import SMALL_TALK, WARNINGS, doubt_text, several_text, told_text
from bots.ports import Answer, Bot, Choice, Context, Earlier, Unavailable, Unsure
from bots.replies import Doubt, How, Reply, Told, ToPerson
from bots.silence import Silence
from bots.small_talk import abusive, small_talk
from bots.splitting import MOST, questions

OFFERED = 3
# The resident chose it: as sure as a wording of the content.
CHOSEN = 0.99
Said = Told | Doubt | Unavailable


class Conversation:
    """Answers residents' turns with `bot`, whose entries are `content`; safe to call concurrently."""

    def __init__(self, bot: Bot, *, content: Content, silence: Silence, today: Callable[[], date]) -> None:
        self._bot = bot
        self._content = content
        self._silence = silence
        self._today = today

    async def reply(self, question: str, *, context: Context) -> Reply | ToPerson | Unavailable:
        """The bot's next turn, or that a person is needed."""
        known = self._without_engine(question, context.earlier)
        if known is not None:
            return known
        asked = questions(question)
        said = await self._several(asked, context) if len(asked) > 1 else None
        if said is not None:
            return said
        one = await self._one(question, context)
        if isinstance(one, Doubt) and abusive(question):
            return _warned(context.earlier.warnings)
        return one if isinstance(one, Unavailable) else self._told(one)

    def _without_engine(self, question: str, earlier: Earlier) -> Reply | None:
        choice = chosen(question, earlier.choices)
        if choice is not None:
            return self._told(self._chosen(choice))
        if none_of_them(question, earlier.choices):
            return self._told(Doubt(0.0, why="none_of_them"))
        talk = small_talk(question)
        return None if talk is None else Reply(talk.value, SMALL_TALK[talk.value])

    def _chosen(self, choice: Choice) -> Told | Doubt:
        """What was offered may have left the content or fallen silent meanwhile."""
        entry = self._content.get(choice.entry_id)
        why = "gone" if entry is None else self._why_silent(entry)
        if entry is None or why:
            return Doubt(0.0, why=str(why))
        return self._answered(entry, how=How.CHOICE, confidence=CHOSEN)

    async def _one(self, question: str, context: Context) -> Said:
        """One question: of what went before, else by itself."""
        aspect = follow_up(question)
        entry = self._content.get(context.earlier.entry_id)
        if aspect is not None and entry is not None and not self._why_silent(entry):
            return await self._followed(question, aspect, entry, context)
        return self._judged(await self._bot.answer(question, context=context))

    async def _followed(self, question: str, aspect: Aspect, entry: Entry, context: Context) -> Said:
        words = told_by(entry, aspect)
        if words is not None:
            told = self._answered(entry, how=How.FOLLOW_UP, confidence=context.earlier.confidence, text=words)
            return replace(told, aspect=aspect.value)
        said = self._judged(await self._bot.answer(f"{entry.questions[0]}，{question}", context=context))
        if isinstance(said, Unavailable):
            return said
        if isinstance(said, Told) and self._is_sibling(said, entry, aspect):
            return replace(said, how=How.SIBLING, aspect=aspect.value)
        offered = [*self._siblings(entry, aspect), *(said.choices if isinstance(said, Doubt) else ())]
        confidence = said.confidence if isinstance(said, Doubt) else 0.0
        doubt = Doubt(confidence, _different(offered), matter=entry.matter)
        return replace(doubt, about=entry.id, about_confidence=context.earlier.confidence)

    def _is_sibling(self, said: Told, entry: Entry, aspect: Aspect) -> bool:
        """Sure only where the same matter has an entry that is itself asked for this."""
        found = self._content.get(said.answer.entry_id)
        if found is None or found.id == entry.id:
            return False
        return found in self._content.beside(entry) and asked_in(found, aspect) is not None

    def _siblings(self, entry: Entry, aspect: Aspect) -> Iterator[Choice]:
        for one in self._content.beside(entry):
            wording = asked_in(one, aspect)
            if wording is not None and not self._why_silent(one):
                yield Choice(one.id, wording)

    async def _several(self, asked: Sequence[str], context: Context) -> Reply | Unavailable | None:
        """Each question by itself; None where they are one after all."""
        parts: list[Told | Doubt] = []
        for question in asked[:MOST]:
            said = await self._one(question, context)
            if isinstance(said, Unavailable):
                return said
            parts.append(replace(said, question=question))
            if isinstance(said, Told):
                # "…怎么办？要多久？": the second is about what the first is about.
                answer = said.answer
                context = replace(context, earlier=Earlier(answer.entry_id, answer.matter, answer.confidence))
        return await self._weighed(_once_each(parts), asked, context)

    async def _weighed(self, parts: Sequence[Told | Doubt], asked: Sequence[str], context: Context) -> Reply | None:
        """What is said to the parts: nothing where none is sure, one answer where they come to one question."""
        told = [part for part in parts if isinstance(part, Told)]
        if not told:
            return None
        if len(parts) == 1:
            return self._told(told[0])
        if len(told) == 1:
            whole = self._judged(await self._bot.answer("".join(asked), context=context))
            if isinstance(whole, Told) and whole.answer.entry_id == told[0].answer.entry_id:
                return self._told(whole)
        return self._all_told(parts, more=len(asked) > MOST)

    def _all_told(self, parts: Sequence[Told | Doubt], *, more: bool) -> Reply:
        told = [part for part in parts if isinstance(part, Told)]
        answered = {part.answer.entry_id for part in told}
        open_ones = [part.choices for part in parts if isinstance(part, Doubt)]
        offered = [one for rank in range(OFFERED) for some in open_ones for one in some[rank : rank + 1]]
        choices = _different([one for one in offered if one.entry_id not in answered])
        return Reply(
            "answer",
            several_text(parts, choices=choices, more=more),
            matter=told[0].answer.matter,
            facts=facts_of_several(parts, choices=choices, content=self._content.version),
        )

    def _judged(self, said: Answer | Unsure | Unavailable) -> Said:
        """What the engine said, with what is silent left out."""
        if isinstance(said, Unavailable):
            return said
        if isinstance(said, Unsure):
            return Doubt(said.confidence, self._choices(said.nearest), matter=said.matter)
        entry = self._content.get(said.entry_id)
        why = "gone" if entry is None else self._why_silent(entry)
        if why:
            return Doubt(0.0, matter=said.matter, why=why)
        return Told(said, version=self._content.version_of(said.entry_id))

    def _choices(self, nearest: Sequence[str]) -> tuple[Choice, ...]:
        met = [(self._content.asked_by(wording), wording) for wording in nearest]
        return _different(
            [Choice(entry.id, wording) for entry, wording in met if entry and not self._why_silent(entry)]
        )

    def _answered(self, entry: Entry, *, how: How, confidence: float, text: str | None = None) -> Told:
        answer = answer_of(entry, confidence=confidence, text=text)
        return Told(answer, how=how, version=self._content.version_of(entry.id))

    def _told(self, said: Told | Doubt) -> Reply:
        version = self._content.version
        if isinstance(said, Doubt):
            return Reply("unsure", doubt_text(said), said.matter, facts_of_doubt(said, content=version))
        return Reply("answer", told_text(said), said.answer.matter, facts_of_answer(said, content=version))

    def _why_silent(self, entry: Entry) -> str | None:
        return self._silence.why(entry, today=self._today())


def _warned(warnings: int) -> Reply | ToPerson:
    if warnings >= len(WARNINGS):
        return ToPerson("abuse")
    return Reply("warning", WARNINGS[warnings])


def _different(offered: Sequence[Choice]) -> tuple[Choice, ...]:
    """The first of each entry, at most `OFFERED`."""
    first = {one.entry_id: one for one in reversed(offered)}
    return tuple(dict.fromkeys(first[one.entry_id] for one in offered))[:OFFERED]


def _once_each(parts: Sequence[Told | Doubt]) -> list[Told | Doubt]:
    """Two questions with one answer are one: "老板不给钱怎么办？去哪里告？"."""
    ids = [part.answer.entry_id if isinstance(part, Told) else None for part in parts]
    return [part for at, part in enumerate(parts) if ids[at] is None or ids[at] not in ids[:at]]

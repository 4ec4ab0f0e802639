"""The examination marks what the bot says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bots.evaluation import Outcome, Question, examine, mark, results
from bots.intervals import Share
from bots.ports import Answer, Basis, Context, Unavailable, Unsure

UNSURE = Unsure(0.2, ("甲问法",), None)
WORDINGS = {"甲问法": "a.a"}
A, B, NOTHING = frozenset({"a.a"}), frozenset({"b.b"}), frozenset[str]()


def answer(entry: str) -> Answer:
    """An answer by `entry`, on article one of some law."""
    basis = (Basis("某法", "第一条", date(2021, 1, 1)),)
    return Answer(entry, "答", 0.9, "labour", basis, "下一步", "找律师", draft=True)


@dataclass
class Scripted:
    """A bot that says what it is told to."""

    said: dict[str, Answer | Unsure | Unavailable]

    async def answer(self, question: str, *, context: Context) -> Answer | Unsure | Unavailable:
        """The line for `question`."""
        return self.said[question]


async def test_each_outcome_is_marked_for_what_it_is() -> None:
    answered = {"对": "a.a", "也": "b.b", "错": "b.b", "乱": "a.a", "某": "a.a"}
    bot = Scripted({"断": Unavailable("down"), **dict.fromkeys("不无没", UNSURE)})
    bot.said.update((text, answer(entry)) for text, entry in answered.items())
    judged = {"对": A, "也": A | B, "错": A, "不": A, "断": A, "无": NOTHING, "乱": NOTHING, "某": None, "没": None}
    done: list[int] = []

    asked = [Question(text, entries) for text, entries in judged.items()]
    marked = await examine(bot, asked, wordings=WORDINGS, progress=done.append)

    assert [one.outcome for one in marked] == [
        *(Outcome.RIGHT, Outcome.RIGHT, Outcome.WRONG, Outcome.UNSURE, Outcome.UNAVAILABLE),
        *(Outcome.RIGHTLY_UNSURE, Outcome.WRONGLY_ANSWERED, Outcome.ANSWERED, Outcome.HANDED_OVER),
    ]
    assert [one.answered for one in marked] == ["a.a", "b.b", "b.b", None, None, None, "a.a", "a.a", None]
    assert done == list(range(1, 10))

    told = results(marked)
    assert (told.right, told.wrong, told.unsure) == (Share(2, 4), Share(1, 4), Share(1, 4))
    assert (told.refused, told.wrongly_answered) == (Share(1, 2), Share(1, 2))
    assert (told.wrong_of_all, told.answered_of_unjudged, told.unavailable) == (Share(2, 6), Share(1, 2), 1)


def test_what_was_held_likeliest_is_known_also_where_nothing_was_said() -> None:
    unsure = mark(Question("问", A), UNSURE, wordings=WORDINGS)
    nothing_near = mark(Question("问", A), Unsure(0.1, (), None), wordings=WORDINGS)

    assert (unsure.first, unsure.right, unsure.confidence) == ("a.a", True, 0.2)
    assert (nothing_near.first, nothing_near.right) == (None, False)


def test_an_answer_is_held_against_the_articles_that_govern_the_question() -> None:
    def cites(*articles: str) -> bool | None:
        return mark(Question("问", A, articles=frozenset(articles)), answer("a.a"), wordings=WORDINGS).cites

    assert cites("某法第一条", "某法第二条") is True
    assert cites("某法第十条") is False
    assert cites() is None

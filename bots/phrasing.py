"""What a resident reads: the answer with its legal basis, or honest uncertainty with a way on."""

from __future__ import annotations

from collections.abc import Sequence

from bots.ports import Answer, Choice, Unsure
from bots.replies import Doubt, How, Told

GENERAL_NOTE = "以上为一般性法律信息，不代替律师意见。"
DRAFT_NOTE = "（本条内容待律师审核）"
LAWYER_OFFER = "需要人工解答，请输入“转人工”。"
QUOTED = 24
ASPECTS = {
    "duration": "要多久",
    "materials": "要准备什么",
    "cost": "要花多少钱",
    "place": "去哪里办",
    "next": "下一步怎么做",
}
SMALL_TALK = {
    "greeting": "您好，我是智能助手，可以先为您解答常见的法律问题。请直接说遇到了什么事；要找律师，请输入“转人工”。",
    "thanks": "不客气。还有问题请接着说；需要律师，请输入“转人工”。",
    "goodbye": "好的，祝您顺利。以后有需要，随时再来；现在想找律师，也可以输入“转人工”。",
}
WARNINGS = (
    "我知道您可能很着急。请您文明用语，我会尽力帮您：直接说遇到了什么事就行；要找律师，请输入“转人工”。",
    "再次请您文明用语。请说说遇到了什么事，或输入“转人工”找律师；如果还是这样，我会把对话转给值班律师。",
)
NONE_OF_THEM = "好的，都不是。请换个说法，把事情说得再具体一些；也可以输入“转人工”，由值班律师解答。"
NOTHING_NEAR = "这个问题我没有把握，不能随便回答您。请输入“转人工”，由值班律师为您解答；也可以把情况说得再具体一些。"
NOT_TOLD = "这一点我手头的内容没有讲到，不能随便回答您。请输入“转人工”，由值班律师为您解答。"
MORE_LATER = "其余的问题请接着问，我一个一个来；也可以输入“转人工”。"


def answer_text(answer: Answer) -> str:
    """The answer, what to do next, when to see a lawyer, the legal basis, and what kind of information this is."""
    return "\n".join([*_substance(answer), _note(answer)])


def told_text(told: Told) -> str:
    """An answer however it was found; of a follow-up, what the entry says to it."""
    if told.how is not How.FOLLOW_UP:
        return answer_text(told.answer)
    return "\n".join([*_followed(told), _note(told.answer)])


def unsure_text(unsure: Unsure) -> str:
    """Says that it is not sure, offers the nearest questions and a lawyer."""
    return _offer(unsure.nearest)


def doubt_text(doubt: Doubt) -> str:
    """The same of a doubt; of offers turned down, how to go on."""
    if doubt.why == "none_of_them":
        return NONE_OF_THEM
    if doubt.about is not None and not doubt.choices:
        return NOT_TOLD
    return _offer([one.question for one in doubt.choices])


def several_text(parts: Sequence[Told | Doubt], *, choices: Sequence[Choice], more: bool) -> str:
    """Each question with its answer, then what is offered for those without one, then the note once."""
    answers = [part.answer for part in parts if isinstance(part, Told)]
    lines = [f"您问了 {len(parts)} 件事，逐一回答："]
    for number, part in enumerate(parts, start=1):
        lines += [f"【{number}】{_quoted(part.question or '')}", *_part(part)]
    if choices:
        lines += ["没有把握的，您想问的是不是：", *_numbered([one.question for one in choices]), "回复数字即可。"]
    note = next((one for one in answers if one.draft), answers[0])
    return "\n".join([*lines, *([MORE_LATER] if more else []), _note(note)])


def _part(part: Told | Doubt) -> list[str]:
    if isinstance(part, Doubt):
        return ["这一件我没有把握，不能随便回答您。"]
    return _followed(part) if part.how is How.FOLLOW_UP else _substance(part.answer)


def _substance(answer: Answer) -> list[str]:
    return [
        answer.text,
        f"下一步：{answer.next_steps}",
        f"请尽快找律师：{answer.see_lawyer}",
        _basis(answer),
    ]


def _followed(told: Told) -> list[str]:
    """Only what was asked for: the rest of the entry was told a moment ago."""
    asked = ASPECTS.get(told.aspect or "", "")
    return [f"关于{asked}：{told.answer.text}", _basis(told.answer)]


def _basis(answer: Answer) -> str:
    return "法律依据：" + "；".join(f"《{one.law}》{one.article}" for one in answer.basis)


def _note(answer: Answer) -> str:
    return GENERAL_NOTE + (DRAFT_NOTE if answer.draft else "") + LAWYER_OFFER


def _offer(questions: Sequence[str]) -> str:
    if not questions:
        return NOTHING_NEAR
    return "\n".join(
        [
            "这个问题我没有十足把握。您想问的是不是：",
            *_numbered(questions),
            "回复数字即可。如果都不是，请换个说法，或输入“转人工”由值班律师解答。",
        ]
    )


def _numbered(questions: Sequence[str]) -> list[str]:
    return [f"{number}. {question}" for number, question in enumerate(questions, start=1)]


def _quoted(question: str) -> str:
    said = " ".join(question.split())
    return said if len(said) <= QUOTED else f"{said[: QUOTED - 1]}…"

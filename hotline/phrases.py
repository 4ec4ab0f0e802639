"""What the service itself says to residents, in one place and in plain Chinese."""

from __future__ import annotations

from interactions.model import State

QUEUED = {
    "asked": "好的，正在为您转接律师，请稍等。您可以继续把情况写下来，律师接入后都能看到。",
    "danger": "您的情况已优先转给值班律师，请稍等，您随时可以继续留言。",
    "deadline": "您提到的事情可能有时间要求，已优先为您转接律师。具体期限请以律师核实为准，请先备好相关材料。",
    "abuse": "已为您转给值班律师，请稍等。请用平和的语言把情况写下来，律师接入后都能看到。",
    "unavailable": "智能解答暂时不可用，已为您转接律师，请稍等。您可以继续补充情况。",
}
LOOKED_FOR = "（按“{matter}”为您找律师；不是这类事情也没关系，接通后律师可以更正或转给合适的同事。）"
NO_QUEUE = {
    State.WAITING: "已在为您转接律师，请稍等",
    State.OFFERED: "正在呼叫律师，请稍等",
    State.WITH_LAWYER: "律师正在为您服务，请直接输入",
    State.WRAP_UP: "本次服务刚结束；还有问题请直接输入，律师会继续为您解答",
}
LEFT = "本次服务已结束，您的受理编号是 {number}，请留存。如有需要，随时可以再来咨询。"
HANDED_BACK = "您的律师正在交接班，已为您保留原来的排队位置，下一位律师会接着为您解答，前面说过的内容都能看到。"
MOVED = "已转接给{seat}，由该坐席的律师继续为您解答，前面的内容律师都能看到。"
RESUMED = "律师会继续为您解答，请稍等。"


def queued(reason: str, *, matter: str | None = None) -> str:
    """What somebody who just joined the line is told; `matter`: by which one a lawyer is looked for."""
    told = QUEUED.get(reason, QUEUED["asked"])
    return told + LOOKED_FOR.format(matter=matter) if matter else told


def moved(seat_name: str) -> str:
    """What somebody is told whom another lawyer serves from now on."""
    return MOVED.format(seat=seat_name)


def farewell(number: str) -> str:
    """The last words of every service: the 受理编号 to quote."""
    return LEFT.format(number=number)

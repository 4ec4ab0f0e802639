"""What residents are told of what is owed to them: in their own chat, with times of the city. Pure.

Numbers are masked even here: a page left open shows nobody whom to call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agents.calendar import WEEKDAY_NAMES
from interactions.model import How, WorkKind
from interactions.work import Work, masked

SERVICE_LINE = "12348"
CANCELLED_IN_LINE = "已取消预约。您仍在排队，位置不变；不需要了请点“结束”。"
CANCELLED = "已按您的要求取消，不会再联系您。受理编号 {number}，需要时随时可以再来。"
HASTENED = "已按原来的位置为您排队，请稍等。预约仍然保留：离开本页也会按约定联系您。"
KEPT = "您有一项预约尚未办理，离开本页也会按约定联系您，直接关闭即可；不需要了请点“取消预约”"
NOTHING_TO_CANCEL = "没有可取消的预约"
IN_PROGRESS = "律师正在办理您的预约，请直接告诉律师"
AGAIN = "刚才按预约联系您，没有联系上，{when}左右会再联系一次。您也可以在这里直接留言，或改约时间。"
UNREACHABLE = (
    "我们按预约联系过您，没有联系上，这次预约到此结束。需要时请随时在这里留言、重新预约，"
    f"或拨打 {SERVICE_LINE}，报受理编号 {{number}}。"
)
NO_SEAT = "现在没有能接待您这类问题的律师在线，您排在第 {position} 位，暂时估计不了要等多久。"
LONG_WAIT = "现在排队的人较多，您排在第 {position} 位，预计还要等约 {minutes} 分钟。"
INSTEAD = (
    "您的位置一直保留，可以继续等；也可以预约回电，轮到您时或在您方便的时间联系您，位置不变；或者留言，由律师答复。"
    "有人身危险请立即拨打 110。"
)
RESUMED = "您刚才排队的位置还保留着，回复“转人工”即可接着排。"


def offered(position: int, wait_s: int | None) -> str:
    """How long it will be, honestly, and what can be done instead of waiting."""
    if wait_s is None:
        return NO_SEAT.format(position=position) + INSTEAD
    return LONG_WAIT.format(position=position, minutes=max(1, round(wait_s / 60))) + INSTEAD


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences with times of the city's clock."""

    zone: ZoneInfo

    def promised(self, work: Work, *, number: str, now: datetime) -> str:
        """What was just promised, and how to change it."""
        rest = f"受理编号 {number}。您可以关闭本页；回到本页可以取消，或改为现在就等律师。"
        if work.kind is WorkKind.MESSAGE:
            return f"已收到您的留言，律师最迟在 {self.moment(work.until_at, now=now)} 前在本对话里答复您。{rest}"
        when = "轮到您时" if work.soon else self.span(work.from_at, work.until_at, now=now)
        if work.how is How.CHAT:
            return f"已为您预约：{when}，律师在本对话里回复您。{rest}"
        return f"已为您预约回电：{when}，律师会拨打 {masked(work.phone)}，先确认是您本人，再谈具体内容。{rest}"

    def again(self, due_at: datetime, *, now: datetime) -> str:
        """Nobody was reached; when it is tried again."""
        return AGAIN.format(when=self.moment(due_at, now=now))

    def unreachable(self, number: str) -> str:
        """The last words after the last try: neutral, with a way back."""
        return UNREACHABLE.format(number=number)

    def span(self, begins: datetime, ends: datetime, *, now: datetime) -> str:
        """`今天 18:00–20:00`; the second day only where it is another one."""
        first, last = begins.astimezone(self.zone), ends.astimezone(self.zone)
        until = f"{last:%H:%M}" if last.date() == first.date() else self.moment(ends, now=now)
        return f"{self.moment(begins, now=now)}–{until}"

    def moment(self, at: datetime, *, now: datetime) -> str:
        """`今天 18:00`, `明天 9:00`, `11月28日（周六）9:00`."""
        local, today = at.astimezone(self.zone), now.astimezone(self.zone).date()
        names = {today: "今天", today + timedelta(days=1): "明天"}
        day = names.get(local.date()) or f"{local.month}月{local.day}日（周{WEEKDAY_NAMES[local.weekday()]}）"
        return f"{day} {local.hour}:{local:%M}"

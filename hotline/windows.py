"""When to call back, from people's words to two instants. Pure; times of the city, also over midnight.

    nothing, 尽快, 轮到我时             as soon as the turn comes
    今天 18:00–20:00   明天上午   周五 9点到11点半   11月28日 下午   2026-11-28 14:00-15:00
    2026-11-28T18:00+08:00/2026-11-28T20:00+08:00          two instants with their offsets

What lies in the past, too far ahead, or is too narrow is refused with what is expected.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agents.calendar import WEEKDAY_NAMES
from interactions.errors import Invalid

SOON = frozenset({"", "尽快", "越快越好", "随时", "轮到我时", "轮到我就打", "soon", "asap"})
PARTS = {
    "上午": (time(9), time(12)),
    "早上": (time(8), time(10)),
    "中午": (time(12), time(14)),
    "下午": (time(14), time(18)),
    "晚上": (time(18), time(21)),
}
_DAYS = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2}
_SHORT = {"今晚": "今天晚上", "明晚": "明天晚上", "明早": "明天早上"}
_DATE = re.compile(r"(?:(\d{4})[-年/])?(\d{1,2})[-月/](\d{1,2})(?:[日号]| |(?!\d))")
_WEEKDAY = re.compile(r"(下)?(?:周|星期|礼拜)([一二三四五六日天])")
_CLOCK = r"(\d{1,2})(?:[:点时](半|\d{1,2})?分?)"
_RANGE = re.compile(rf"{_CLOCK}(?:-|~|到|至){_CLOCK}")
LONGEST = timedelta(hours=12)
NOON = 12
MIDNIGHT = "例如“11月28日 0:00-1:00”"
EXAMPLE = "例如“今天 18:00-20:00”“明天上午”，或“尽快”"


@dataclass(frozen=True, slots=True)
class Window:
    """From when and until when (UTC); `soon`: as soon as the turn comes, both are now."""

    from_at: datetime
    until_at: datetime
    soon: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How far ahead a window may begin, and how narrow what is left of it may be."""

    horizon: timedelta
    shortest: timedelta


def parse_window(words: str | None, *, now: datetime, zone: ZoneInfo, limits: Limits) -> Window:
    """The window in `words`; raises `Invalid` naming the field. What has begun begins now."""
    said = _one_form(words or "")
    if said.casefold() in SOON:
        return Window(now, now, soon=True)
    try:
        begins, ends = _instants(said) or _words(_in_full(said), today=now.astimezone(zone).date(), zone=zone)
    except OverflowError:
        raise Invalid("window：没有这个日期") from None
    return _checked(begins, ends, now=now, limits=limits)


def _one_form(words: str) -> str:
    """`words` without white space, but where it divides two numbers: the 1st at 14:00 is not the 11th at 4:00."""
    said = re.sub(r"[\s,，]+", " ", unicodedata.normalize("NFKC", words)).translate(_DASHES)
    return re.sub(r"(?<!\d) | (?!\d)", "", said)


_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―〜～", "-"))


def _checked(begins: datetime, ends: datetime, *, now: datetime, limits: Limits) -> Window:
    if ends <= begins or ends - begins > LONGEST:
        raise Invalid(f"window：结束时间应在开始之后，最长 {LONGEST // timedelta(hours=1)} 小时")
    if ends <= now:
        raise Invalid("window：这个时间已经过去，请换一个时间")
    if begins > now + limits.horizon:
        raise Invalid(f"window：最多可以预约 {limits.horizon.days} 天之内的时间")
    begins = max(begins, now)
    if ends - begins < limits.shortest:
        raise Invalid(f"window：请至少留出 {limits.shortest // timedelta(minutes=1)} 分钟")
    return Window(begins, ends)


def _instants(said: str) -> tuple[datetime, datetime] | None:
    """Two instants with their offsets; a time without one means two different moments to two people."""
    first, slash, second = said.upper().partition("/")
    if not slash or "T" not in first:
        return None
    try:
        begins, ends = datetime.fromisoformat(first), datetime.fromisoformat(second)
    except ValueError:
        raise Invalid(f"window：看不懂这个时间，{EXAMPLE}") from None
    if begins.tzinfo is None or ends.tzinfo is None:
        raise Invalid("window：时间应带时区，如 2026-11-28T18:00+08:00")
    return begins.astimezone(UTC), ends.astimezone(UTC)


def _in_full(said: str) -> str:
    for short, full in _SHORT.items():
        said = said.replace(short, full, 1)
    return said


def _words(said: str, *, today: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    day, rest = _day(said, today=today)
    part = next((one for one in PARTS if rest.startswith(one)), None)
    rest = rest.removeprefix(part or "")
    if part and not rest:
        begins, ends = PARTS[part]
    elif found := _RANGE.fullmatch(rest):
        begins, ends = _clock(found[1], found[2], part=part), _clock(found[3], found[4], part=part)
        if part == "晚上" and ends <= begins:
            ends = _clock("24" if found[3] == "12" else found[3], found[4], part=None)
    else:
        raise Invalid(f"window：看不懂这个时间，{EXAMPLE}")
    if part == "晚上" and begins.hour == NOON:
        raise Invalid(f"window：半夜的时间请写明日期和钟点，{MIDNIGHT}")
    # Ten in the evening until one: that is the next day's one.
    over_midnight = ends <= begins and part in (None, "晚上")
    last = day + timedelta(days=1) if over_midnight else day
    return _instant(day, begins, zone), _instant(last, ends, zone)


def _day(said: str, *, today: date) -> tuple[date, str]:
    """The day that `said` begins with, today without one, and what follows it."""
    for word, ahead in _DAYS.items():
        if said.startswith(word):
            return today + timedelta(days=ahead), said.removeprefix(word)
    if weekday := _WEEKDAY.match(said):
        index = WEEKDAY_NAMES.index(weekday[2].replace("天", "日"))
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 if weekday[1] else 0)
        day = monday + timedelta(days=index)
        # “Friday” said on a Saturday is the next one.
        return day if day >= today else day + timedelta(days=7), said[weekday.end() :]
    if dated := _DATE.match(said):
        return _date(dated, today=today), said[dated.end() :]
    return today, said


def _date(dated: re.Match[str], *, today: date) -> date:
    try:
        day = date(int(dated[1] or today.year), int(dated[2]), int(dated[3]))
        # In December, the third of January is next year's.
        return day if dated[1] or day >= today else day.replace(year=day.year + 1)
    except ValueError:
        raise Invalid("window：没有这个日期") from None


def _clock(hour: str, minute: str | None, *, part: str | None) -> time:
    """A time of day; in the afternoon and in the evening people count from one to twelve."""
    hours, minutes = int(hour), 30 if minute == "半" else int(minute or 0)
    if part in ("下午", "晚上", "中午") and 1 <= hours < 12 and not (part == "中午" and hours > 9):
        hours += 12
    if hours == 24 and minutes == 0:
        return time(0)
    if hours > 23 or minutes > 59:
        raise Invalid("window：没有这个钟点")
    return time(hours, minutes)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)

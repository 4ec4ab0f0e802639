"""When to call back: people's words become two instants of the city's time, or a refusal that names the field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.windows import PARTS, Limits, Window, parse_window
from interactions.errors import Invalid

ZONE = ZoneInfo("Asia/Shanghai")
# A Thursday, 16:00 in the city.
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
LIMITS = Limits(horizon=timedelta(days=7), shortest=timedelta(minutes=30))


def _read(words: str | None, *, now: datetime = NOW, zone: ZoneInfo = ZONE) -> Window:
    return parse_window(words, now=now, zone=zone, limits=LIMITS)


def _local(window: Window) -> tuple[str, str]:
    first, last = (at.astimezone(ZONE) for at in (window.from_at, window.until_at))
    return f"{first:%m-%d %H:%M}", f"{last:%m-%d %H:%M}"


@pytest.mark.parametrize("words", [None, "", "  ", "尽快", "轮到我时", "ASAP"])
def test_without_a_time_it_is_as_soon_as_the_turn_comes(words: str | None) -> None:
    assert _read(words) == Window(NOW, NOW, soon=True)


@pytest.mark.parametrize(
    ("words", "begins", "ends"),
    [
        ("今天 18:00–20:00", "11-26 18:00", "11-26 20:00"),
        ("今天18：00～20：00", "11-26 18:00", "11-26 20:00"),
        ("18:00-20:00", "11-26 18:00", "11-26 20:00"),
        ("今天晚上", "11-26 18:00", "11-26 21:00"),
        ("今天下午", "11-26 16:00", "11-26 18:00"),
        ("今天 15:00-17:00", "11-26 16:00", "11-26 17:00"),
        ("明天上午", "11-27 09:00", "11-27 12:00"),
        ("明天 9点到11点半", "11-27 09:00", "11-27 11:30"),
        ("明天下午3点至5点", "11-27 15:00", "11-27 17:00"),
        ("今晚 7点到8点", "11-26 19:00", "11-26 20:00"),
        ("明早", "11-27 08:00", "11-27 10:00"),
        ("周五 9:00-10:00", "11-27 09:00", "11-27 10:00"),
        ("周三上午", "12-02 09:00", "12-02 12:00"),
        ("下周一上午", "11-30 09:00", "11-30 12:00"),
        ("11月28日 14:00-15:00", "11-28 14:00", "11-28 15:00"),
        ("2026-11-28 14:00-15:00", "11-28 14:00", "11-28 15:00"),
        ("12/1 14:00-15:00", "12-01 14:00", "12-01 15:00"),
        ("2026-12-1 9:00 - 10:00", "12-01 09:00", "12-01 10:00"),
        ("12 月 1 日 14:00-15:00", "12-01 14:00", "12-01 15:00"),
        ("今晚10点到12点", "11-26 22:00", "11-27 00:00"),
        ("明天晚上11点半到1点", "11-27 23:30", "11-28 01:00"),
        ("今天 22:00-1:00", "11-26 22:00", "11-27 01:00"),
        ("今天 22:00-24:00", "11-26 22:00", "11-27 00:00"),
        ("2026-11-28T18:00+08:00/2026-11-28T20:00+08:00", "11-28 18:00", "11-28 20:00"),
        ("2026-11-28T10:00Z/2026-11-28T12:00Z", "11-28 18:00", "11-28 20:00"),
    ],
)
def test_what_people_say_is_two_instants_of_the_city(words: str, begins: str, ends: str) -> None:
    window = _read(words)

    assert _local(window) == (begins, ends)
    assert window.from_at.utcoffset() == window.until_at.utcoffset() == timedelta()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("今天上午", "已经过去"),
        ("今天 9:00-10:00", "已经过去"),
        ("今天 15:00-16:10", "至少留出 30 分钟"),
        ("明天 9:00-9:20", "至少留出 30 分钟"),
        ("12月10日 上午", "7 天之内"),
        ("2027-11-28 上午", "7 天之内"),
        ("明天上午11:00-9:00", "结束时间应在开始之后"),
        ("明天 1:00-23:00", "最长 12 小时"),
        ("11月31日 上午", "没有这个日期"),
        ("2月30日 上午", "没有这个日期"),
        ("明天 25:00-26:00", "没有这个钟点"),
        ("今晚12点到1点", "半夜的时间请写明日期"),
        ("12/114:00-15:00", "看不懂"),
        ("昨天", "看不懂"),
        ("有空的时候", "看不懂"),
        ("2026-11-28T18:00/2026-11-28T20:00", "带时区"),
        ("2026-11-28T18:00Z/rubbish", "看不懂"),
        ("0001-01-01T00:00+23:00/0001-01-01T01:00+23:00", "没有这个日期"),
        ("9999年12月31日 22:00-1:00", "没有这个日期"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_the_field(words: str, told: str) -> None:
    with pytest.raises(Invalid, match=told) as refused:
        _read(words)

    assert refused.value.message.startswith("window：")


def test_the_third_of_january_said_in_december_is_next_years() -> None:
    window = _read("1月3日 上午", now=datetime(2026, 12, 30, 4, tzinfo=UTC))

    assert window.from_at == datetime(2027, 1, 3, 1, tzinfo=UTC)


def test_the_day_is_the_citys_not_the_servers() -> None:
    # Half past midnight in the city, still the day before in UTC.
    window = _read("今天上午", now=datetime(2026, 11, 26, 16, 30, tzinfo=UTC))

    assert window.from_at == datetime(2026, 11, 27, 1, tzinfo=UTC)


@given(st.text(max_size=80) | st.text("今明后天周五上下午晚:0123456789-/日月点半到T+Z", max_size=30))
def test_whatever_is_said_it_is_a_window_ahead_or_a_refusal(words: str) -> None:
    try:
        window = _read(words)
    except Invalid as refused:
        assert refused.message.startswith("window：")
        return
    assert NOW <= window.from_at <= NOW + LIMITS.horizon
    assert window.soon or window.until_at - window.from_at >= LIMITS.shortest


@given(
    st.sampled_from(["今天", "明天", "后天"]),
    st.sampled_from(sorted(PARTS)),
    st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_in_every_zone_and_on_every_day_a_part_of_the_day_is_that_part(
    day: str, part: str, now: datetime, zone: str
) -> None:
    city = ZoneInfo(zone)
    try:
        window = _read(day + part, now=now, zone=city)
    except Invalid:
        assert day == "今天"
        return
    begins, ends = PARTS[part]
    assert window.until_at.astimezone(city).time() == ends
    assert window.from_at == now or window.from_at.astimezone(city).time() == begins

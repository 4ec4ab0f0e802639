"""The monthly sheet: hand-computed lines, each moment once, no formula for a spreadsheet to run."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.intervals import Interval, difference, intersection, length, union
from agents.sheet import Line, Month, firm_lines, line_of
from agents.sheet_csv import BOM, HEADER, NO_FIRM, guarded, sheet_csv
from agents.sheet_rows import month_of
from interactions.errors import Invalid

NOW = datetime(2026, 11, 2, tzinfo=UTC)
H = timedelta(hours=1)
ZONE = ZoneInfo("Asia/Shanghai")


def at(begin: float, end: float) -> Interval:
    """From so many hours to so many hours."""
    return NOW + begin * H, NOW + end * H


def test_a_talk_that_outlasts_the_shift_is_overtime_and_a_page_left_open_is_not() -> None:
    line = line_of(
        Month(
            "l",
            "律师",
            "某所",
            shifts=[at(8, 16)],
            sittings=[at(7.75, 19)],  # a quarter early, the page open until 19:00
            in_hand=[at(9, 10), at(9.5, 11), at(15, 16.5)],  # two at once count once
            protected=[at(16.5, 16.5 + 5 / 60)],
            contacts=3,
        )
    )

    assert (line.planned, line.in_shift) == (8 * H, 8 * H)
    assert line.overtime == 0.5 * H + timedelta(minutes=5)
    assert line.worked == 8.5 * H + timedelta(minutes=5)
    assert line.occupied == 3.5 * H + timedelta(minutes=5)
    assert line.occupancy == pytest.approx(line.occupied / line.worked)


def test_protected_minutes_count_as_work_where_nobody_sits() -> None:
    line = line_of(Month("l", "律师", "", shifts=[at(8, 16)], protected=[at(9, 9.1), at(9.05, 9.2)]))

    assert (line.in_shift, line.overtime, line.protected) == (0.2 * H, timedelta(), 0.2 * H)
    assert line.occupancy == pytest.approx(1.0)


def test_no_work_has_no_occupancy() -> None:
    assert line_of(Month("l", "律师", "", shifts=[at(8, 16)])).occupancy is None


TIMES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda one: at(one[0], one[0] + one[1])), max_size=6
)


@given(TIMES, TIMES)
def test_sets_of_times_are_what_counting_hours_finds(these: list[Interval], those: list[Interval]) -> None:
    def hours(times: object) -> set[int]:
        return {hour for hour in range(90) for start, end in times if start <= NOW + hour * H < end}  # type: ignore[attr-defined]

    assert hours(union(these, those)) == hours(these) | hours(those)
    assert hours(intersection(these, those)) == hours(these) & hours(those)
    assert hours(difference(these, those)) == hours(these) - hours(those)
    assert length(these) == len(hours(these)) * H


@given(TIMES, TIMES, TIMES, TIMES)
def test_no_moment_is_counted_twice_and_occupied_is_work(
    shifts: list[Interval], sittings: list[Interval], in_hand: list[Interval], protected: list[Interval]
) -> None:
    line = line_of(Month("l", "律师", "", shifts=shifts, sittings=sittings, in_hand=in_hand, protected=protected))

    assert line.in_shift <= line.planned
    assert line.protected <= line.occupied <= line.worked
    assert line.worked <= length([*sittings, *protected])


def _line(name: str, firm: str = "甲所", **rest: object) -> Line:
    return Line(firm, name, name, 8 * H, 8 * H, H, timedelta(minutes=10), 3 * H, 5, 4, **rest)


def test_the_file_opens_in_a_spreadsheet_and_sums_each_firm() -> None:
    told = sheet_csv([_line("b", "乙所"), _line("a"), _line("c"), _line("d", "")], month="2026-11")

    assert told.startswith(BOM)
    header, *rows = csv.reader(io.StringIO(told.removeprefix(BOM)))
    assert tuple(header) == HEADER
    assert [row[2] for row in rows] == ["d", "b", "a", "c", "1 人合计", "1 人合计", "2 人合计"]
    assert rows[0][1] == NO_FIRM
    assert dict(zip(HEADER, rows[-1], strict=True)) == {
        "月份": "2026-11",
        "律所": "甲所",
        "律师": "2 人合计",
        "用户名": "",
        "排班小时": "16.00",
        "班内工时": "16.00",
        "加班小时": "2.00",
        "工时合计": "18.00",
        "其中受保护分钟": "20",
        "接待小时": "6.00",
        "占用率": "33.3%",
        "接待人次": "10",
        "已写小结": "8",
    }
    assert "\r\n" in told


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1"])
def test_no_name_becomes_a_formula(name: str) -> None:
    assert guarded(name) == f"'{name}"
    row = [*csv.reader(io.StringIO(sheet_csv([_line(name, firm=name)], month="2026-11").removeprefix(BOM)))][1]
    assert row[1] == row[2] == f"'{name}"


def test_a_plain_name_stays_as_it_is() -> None:
    assert guarded("张-律师 (A)") == "张-律师 (A)"


def test_a_month_is_the_citys_month() -> None:
    assert month_of("2026-12", ZONE) == (
        datetime(2026, 11, 30, 16, tzinfo=UTC),
        datetime(2026, 12, 31, 16, tzinfo=UTC),
    )
    start, end = month_of("2028-02", ZONE)
    assert end - start == timedelta(days=29)


@pytest.mark.parametrize("wrong", ["2026-13", "2026-00", "2026-1", "26-01", "2026-11-01", "", "=1", "２０２６-11"])
def test_what_is_no_month_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid):
        month_of(wrong, ZONE)


def test_firms_are_summed_apart() -> None:
    assert [(one.firm, one.contacts) for one in firm_lines([_line("a"), _line("b", "乙所"), _line("c")])] == [
        ("乙所", 5),
        ("甲所", 10),
    ]

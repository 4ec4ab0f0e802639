"""The public calendar: days as the notice tells them, years that are not known, files that are wrong."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from agents.calendar import Calendar, DayKind, load_calendars
from agents.yaml_lines import FileUnusable

SHIPPED = Path(__file__).resolve().parents[3] / "deploy" / "calendars"


def test_the_shipped_year_has_the_days_of_the_notice_and_every_worked_day_is_a_weekend_day() -> None:
    calendar = load_calendars(SHIPPED)

    # The notice of 4 November 2025 tells the length of every holiday.
    lengths = {"元旦": 3, "春节": 9, "清明节": 3, "劳动节": 5, "端午节": 3, "中秋节": 3, "国庆节": 7}
    assert {name: [*calendar.holidays.values()].count(name) for name in lengths} == lengths
    assert len(calendar.holidays) == sum(lengths.values())
    assert len(calendar.workdays) == 6
    assert all(day.weekday() >= 5 for day in calendar.workdays)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 2, 17), DayKind.HOLIDAY),
        (date(2026, 2, 14), DayKind.WORKDAY),  # a Saturday that is worked
        (date(2026, 11, 28), DayKind.WEEKEND),
        (date(2026, 11, 26), DayKind.WORKDAY),
    ],
)
def test_a_day_is_what_the_notice_makes_of_it(day: date, kind: DayKind) -> None:
    assert load_calendars(SHIPPED).kind(day) is kind


def test_a_year_without_a_file_is_told_by_its_weekdays_and_is_not_known() -> None:
    calendar = load_calendars(SHIPPED)

    assert 2026 in calendar.years
    assert 2027 not in calendar.years
    assert calendar.kind(date(2027, 1, 1)) is DayKind.WORKDAY


def test_without_a_folder_nothing_is_known(tmp_path: Path) -> None:
    assert load_calendars(tmp_path / "nowhere") == Calendar()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("year: 2026", "2026.yaml:1: source：缺少该字段"),
        (
            "year: 2026\nsource: x\nholidays:\n  - {name: a, from: 2026-05-05, to: 2026-05-01}",
            "2026.yaml:4: holidays.1.to：不应早于 from",
        ),
        (
            "year: 2026\nsource: x\nholidays:\n  - {name: a, from: 2027-05-01, to: 2027-05-01}",
            "2026.yaml:4: holidays.1：应在 2026 年内",
        ),
        ("year: 2026\nsource: x\nholidays: []\nworkdays: [2026-01-05]", "不是周六或周日"),
        ("year: 2026\nsource: x\nholidays: []\nworkdays: [2026-02-30]", "有不能识别的值"),
        ("year: 2026\nsource: x\nholidays: [] \nholiday: []", "2026.yaml:4: holiday：没有这个字段"),
        ("year: [", "不是有效的 YAML"),
        ("- 1", "应为对照表"),
        ("a: &x 1\nb: *x", "不支持 YAML 别名"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line_and_field(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "2026.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(FileUnusable, match=re.escape(told)):
        load_calendars(tmp_path)


def test_a_year_told_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("year: 2026\nsource: x\nholidays: []", encoding="utf-8")

    with pytest.raises(FileUnusable, match=re.escape("b.yaml:1: year：2026 年已有另一个文件")):
        load_calendars(tmp_path)


def test_a_worked_day_inside_a_holiday_is_refused(tmp_path: Path) -> None:
    saturday = date(2026, 5, 2)
    holiday = f"{{name: a, from: {saturday - timedelta(days=1)}, to: {saturday}}}"
    text = f"year: 2026\nsource: x\nholidays: [{holiday}]\nworkdays: [{saturday}]"
    (tmp_path / "2026.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(FileUnusable, match="同一天又写在 holidays 中"):
        load_calendars(tmp_path)

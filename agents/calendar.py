"""The public calendar: which days are holidays, and which Saturdays and Sundays are worked (调休).

    a file a year ─▶ Calendar ─▶ workday · weekend · holiday

Nothing is computed: a year without a file is told apart by its weekdays alone, and `knows` says that it is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from agents.yaml_lines import FileUnusable, Lined

WEEKDAY_NAMES = "一二三四五六日"
SATURDAY = 5


class DayKind(StrEnum):
    """What a day is for the roster and for the coverage policy."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


DAY_NAMES: Mapping[DayKind, str] = {DayKind.WORKDAY: "工作日", DayKind.WEEKEND: "周末", DayKind.HOLIDAY: "节假日"}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Holidays by day with their names, weekend days that are worked, and the years that are known."""

    years: frozenset[int] = frozenset()
    holidays: Mapping[date, str] = field(default_factory=dict)
    workdays: frozenset[date] = frozenset()

    def kind(self, day: date) -> DayKind:
        """What `day` is."""
        if day in self.holidays:
            return DayKind.HOLIDAY
        weekend = day.weekday() >= SATURDAY and day not in self.workdays
        return DayKind.WEEKEND if weekend else DayKind.WORKDAY


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Holiday(_Model):
    name: str = Field(min_length=1)
    first: date = Field(alias="from")
    last: date = Field(alias="to")


class _Year(_Model):
    year: int
    source: str = Field(min_length=1)
    holidays: tuple[_Holiday, ...]
    workdays: tuple[date, ...] = ()


def load_calendars(folder: Path) -> Calendar:
    """The calendar of every file in `folder`, one a year; raises `FileUnusable`. Without files nothing is known."""
    years: set[int] = set()
    holidays: dict[date, str] = {}
    workdays: set[date] = set()
    for path in sorted(folder.glob("*.yaml")):
        lined = Lined(path)
        one = lined.read(_Year)
        _check(lined, one, years)
        years.add(one.year)
        holidays |= {day: holiday.name for holiday in one.holidays for day in days(holiday.first, holiday.last)}
        workdays |= set(one.workdays)
    return Calendar(frozenset(years), holidays, frozenset(workdays))


def _check(lined: Lined, one: _Year, known: set[int]) -> None:
    problems = [lined.told(where, what) for where, what in _problems(one, known)]
    if problems:
        raise FileUnusable(problems)


def _problems(one: _Year, known: Iterable[int]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if one.year in known:
        yield ("year",), f"{one.year} 年已有另一个文件"
    for number, holiday in enumerate(one.holidays):
        if {holiday.first.year, holiday.last.year} != {one.year}:
            yield ("holidays", number), f"应在 {one.year} 年内"
        if holiday.last < holiday.first:
            yield ("holidays", number, "to"), "不应早于 from"
    free = {day for holiday in one.holidays for day in days(holiday.first, min(holiday.last, date(one.year, 12, 31)))}
    for number, day in enumerate(one.workdays):
        if day.year != one.year:
            yield ("workdays", number), f"应在 {one.year} 年内"
        elif day.weekday() < SATURDAY:
            yield ("workdays", number), "不是周六或周日，不必写明"
        elif day in free:
            yield ("workdays", number), "同一天又写在 holidays 中"


def days(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included; none where `last` is before."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)

"""The roster as people write it: seats, weekly patterns in local time, single shifts, and leave. One YAML file.

    seats:   {A01: {name: 1号坐席, matters: [labour], …}}          made, or brought up to date
    shifts:  [{who: {A01: lawyer01}, days | kinds | cycle, from: "21:00", to: "05:00", since?, until?}]
    once:    [{who, date, from, to}]
    leave:   [{lawyer, from: 2026-12-01, to: 2026-12-05}]           no shift of theirs begins on these days

`to` at or before `from` is on the next day. Every mistake is told with its line and field.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from agents.calendar import DayKind
from agents.yaml_lines import FileUnusable, Lined, Loc

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
MINUTES = 24 * 60


def _minutes(value: Any) -> Any:
    """`"21:30"` as minutes of the day. YAML reads 21:30 without quotes as a number of base 60, which is the same."""
    if isinstance(value, bool):
        raise ValueError('应为时刻，如 "21:00"')  # noqa: TRY004 - pydantic makes its own error of it
    if isinstance(value, int) and 0 <= value <= MINUTES:
        return value
    if value == "24:00":
        return MINUTES
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('应为时刻，如 "21:00"')
    return int(found[1]) * 60 + int(found[2])


class Weekday(StrEnum):
    """Days of the week, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WEEKDAYS = tuple(Weekday)
Clock = Annotated[int, BeforeValidator(_minutes), Field(ge=0, le=MINUTES)]
Name = Annotated[str, Field(min_length=1, max_length=64)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SeatEntry(_Model):
    """What a seat serves; without `channels`, all of the city's."""

    name: Name
    matters: Annotated[tuple[Name, ...], Field(min_length=1)]
    languages: Annotated[tuple[Name, ...], Field(min_length=1)] = ("zh",)
    channels: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    chat_capacity: int = Field(default=3, ge=0, le=50)


class Cycle(_Model):
    """Every `of_days` days, beginning at `start`: four teams in turn are four patterns whose starts differ by a day."""

    of_days: int = Field(ge=1, le=366)
    start: date = Field(alias="from")


class _Span(_Model):
    """Who sits where (`who`: seat by code, lawyer by username), from when to when by the clock on the wall."""

    who: Annotated[dict[Name, Name], Field(min_length=1)]
    begin: Clock = Field(alias="from")
    end: Clock = Field(alias="to")

    @property
    def minutes(self) -> int:
        """How long it is by the clock on the wall."""
        return (self.end - self.begin - 1) % MINUTES + 1


class Pattern(_Span):
    """A shift that comes again: on weekdays, on kinds of days, or in a cycle; what is given must all hold."""

    days: tuple[Weekday, ...] | None = None
    kinds: tuple[DayKind, ...] | None = None
    cycle: Cycle | None = None
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _comes_again(self) -> Self:
        if not (self.days or self.kinds or self.cycle):
            raise ValueError("应写明 days、kinds 或 cycle")
        if self.since and self.until and self.until < self.since:
            raise ValueError("until 不应早于 since")
        return self


class Once(_Span):
    """One shift on one day."""

    day: date = Field(alias="date")


class Leave(_Model):
    """Days on which no shift of a lawyer begins."""

    lawyer: Name
    first: date = Field(alias="from")
    last: date = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("to 不应早于 from")
        return self


class RosterEntries(_Model):
    """The whole file."""

    seats: dict[Name, SeatEntry] = Field(default_factory=dict)
    shifts: tuple[Pattern, ...] = ()
    once: tuple[Once, ...] = ()
    leave: tuple[Leave, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A roster that was read, where each part of it stands, and the city's channels."""

    entries: RosterEntries
    lined: Lined
    channels: tuple[str, ...]

    def told(self, where: Loc, what: str) -> str:
        """A problem with its file, line and field."""
        return self.lined.told(where, what)


def read_roster(path: Path, *, matters: Collection[str], channels: Collection[str]) -> RosterFile:
    """The roster in `path`; raises `FileUnusable` naming every problem. Seats may only serve known codes."""
    lined = Lined(path)
    entries = lined.read(RosterEntries)
    known = {"matters": matters, "channels": channels}
    problems = [
        lined.told(("seats", code, field), f"{value} 不在代码表中")
        for code, seat in entries.seats.items()
        for field, values in _codes(seat).items()
        for value in values
        if value not in known[field]
    ]
    if problems:
        raise FileUnusable(problems)
    return RosterFile(entries, lined, tuple(channels))


def _codes(seat: SeatEntry) -> Mapping[str, Collection[str]]:
    return {"matters": seat.matters, "channels": seat.channels or ()}

"""A recorded call file: one call a line, tab separated, columns named in the header.

    vru+line call_id customer_id priority type date vru_entry vru_exit vru_time
    q_start q_exit q_time outcome ser_start ser_exit ser_time server

Times of day are `H:MM:SS`, durations whole seconds, dates `YYMMDD`; `outcome` is AGENT (answered), HANG (hung up) or
PHANTOM (no call). It is the form of the Technion's “Anonymous Bank” records of 1999. Numbers of customers are not read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from interactions.errors import Invalid

COLUMNS = ("priority", "type", "date", "vru_exit", "q_start", "q_time", "outcome", "ser_start", "ser_time", "server")
OUTCOMES = frozenset({"AGENT", "HANG", "PHANTOM"})
NOBODY = "NO_SERVER"
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody who wanted a person. `at_s` on its day, when they began to wait; `server` is None where unnamed."""

    day: date
    at_s: int
    matter: str
    priority: int
    wait_s: int
    answered: bool
    talk_s: int
    server: str | None

    @property
    def answered_at_s(self) -> int:
        """When the wait ended."""
        return self.at_s + self.wait_s


def calls_in(path: Path) -> list[Call]:
    """Every call that asked for a person, in order; who hung up in the menu did not. Raises `Invalid`."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return sorted(_calls(file, name=str(path)), key=lambda one: (one.day, one.at_s))
    except OSError as error:
        raise Invalid(f"{path}：读不到通话记录（{error.strerror}）") from error
    except UnicodeDecodeError as error:
        raise Invalid(f"{path}：通话记录应为 UTF-8 文本") from error


def _calls(lines: Iterator[str], *, name: str) -> Iterator[Call]:
    reader: csv.DictReader[Any] = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise Invalid(f"{name}：第 1 行缺少列 {'、'.join(missing)}；应为制表符分隔，列名见说明")
    for row in reader:
        where = f"{name}：第 {reader.line_num} 行"
        if None in row:
            raise Invalid(f"{where}：比表头多 {len(row[None])} 列")
        cells = _Cells(row, where=where)
        if (call := _call(cells)) is not None:
            yield call


def _call(cells: _Cells) -> Call | None:
    outcome = cells.one_of("outcome", OUTCOMES)
    wait_s = cells.seconds("q_time")
    answered = outcome == "AGENT"
    if outcome == "PHANTOM" or not (answered or wait_s):
        return None
    server = cells.text("server") if answered else NOBODY
    return Call(
        day=cells.day("date"),
        # Who did not have to wait has no entry into the line: they leave the menu for the lawyer.
        at_s=cells.time("q_start" if wait_s else "vru_exit"),
        matter=cells.text("type"),
        priority=cells.seconds("priority"),
        wait_s=wait_s,
        answered=answered,
        talk_s=cells.seconds("ser_time") if answered else 0,
        server=None if server == NOBODY else server,
    )


class _Cells:
    """One line's cells as values; whatever is not one is refused with its line and column."""

    def __init__(self, row: Mapping[str, str | None], *, where: str) -> None:
        self._row = row
        self._where = where

    def text(self, column: str) -> str:
        """Anything but nothing."""
        found = self._row[column]
        if not found:
            raise self._refused(column, "不能为空")
        return found

    def one_of(self, column: str, allowed: frozenset[str]) -> str:
        """One of a few words."""
        found = self.text(column)
        if found not in allowed:
            raise self._refused(column, f"应为 {' / '.join(sorted(allowed))}")
        return found

    def seconds(self, column: str) -> int:
        """A whole number, not below nought."""
        found = self.text(column)
        if not (found.isascii() and found.isdigit()):
            raise self._refused(column, "应为不小于 0 的整数")
        return int(found)

    def time(self, column: str) -> int:
        """Seconds since midnight of `H:MM:SS`."""
        parts = self.text(column).split(":")
        if len(parts) != 3 or not all(one.isascii() and one.isdigit() for one in parts):
            raise self._refused(column, "应为 H:MM:SS")
        hours, minutes, seconds = map(int, parts)
        if hours > 23 or minutes > 59 or seconds > 59:
            raise self._refused(column, "应为一天之内的 H:MM:SS")
        return hours * 3_600 + minutes * 60 + seconds

    def day(self, column: str) -> date:
        """The date of `YYMMDD`; 70 to 99 are of the last century, as in POSIX."""
        found = self.text(column)
        try:
            if len(found) != 6 or not (found.isascii() and found.isdigit()):
                raise ValueError  # noqa: TRY301 - one message for both
            year = int(found[:2])
            return date(year + (1900 if year >= 70 else 2000), int(found[2:4]), int(found[4:]))
        except ValueError:
            raise self._refused(column, "应为 YYMMDD") from None

    def _refused(self, column: str, expected: str) -> Invalid:
        # The shape of what stands there, never the cell itself: a file of calls may hold numbers of people.
        return Invalid(f"{self._where}，列 {column}：{expected}，实为 {len(self._row.get(column) or '')} 个字符")

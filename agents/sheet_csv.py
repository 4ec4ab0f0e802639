"""The monthly sheet as a CSV file that Excel opens as it is: UTF-8 with a byte order mark, no cell a formula. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta

from agents.sheet import Line, firm_lines

BOM = "\ufeff"
HEADER = (
    "月份",
    "律所",
    "律师",
    "用户名",
    "排班小时",
    "班内工时",
    "加班小时",
    "工时合计",
    "其中受保护分钟",
    "接待小时",
    "占用率",
    "接待人次",
    "已写小结",
)
NO_FIRM = "（无律所）"
# A spreadsheet takes a cell that begins with one of these for a formula, and runs it (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def sheet_csv(lines: Sequence[Line], *, month: str) -> str:
    """One row a lawyer by firm and name, then the sums of each firm."""
    held = io.StringIO(newline="")
    writer = csv.writer(held)
    writer.writerow(HEADER)
    ordered = sorted(lines, key=lambda one: (one.firm, one.name, one.username))
    for one in (*ordered, *firm_lines(ordered)):
        writer.writerow(_row(one, month))
    return BOM + held.getvalue()


def guarded(cell: str) -> str:
    """`cell` as text that no spreadsheet computes."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def _row(one: Line, month: str) -> list[str]:
    words = [month, one.firm or NO_FIRM, one.name, one.username]
    occupancy = "" if one.occupancy is None else f"{one.occupancy:.1%}"
    figures = [
        _hours(one.planned),
        _hours(one.in_shift),
        _hours(one.overtime),
        _hours(one.worked),
        f"{one.protected / timedelta(minutes=1):.0f}",
        _hours(one.occupied),
        occupancy,
        str(one.contacts),
        str(one.registered),
    ]
    return [*map(guarded, words), *figures]


def _hours(length: timedelta) -> str:
    return f"{length / timedelta(hours=1):.2f}"

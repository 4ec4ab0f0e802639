"""How well matters are suggested, as a person reads it in a terminal of 100 columns, and as a program does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from bots.labels import Half
from bots.suggestion import MOST
from bots.suggestion_exam import Sorted, among, sure_of
from hotline.evaluation_view import share_as_json, share_row, share_table
from hotline.suggesting import TAKEN


def exam(done: Sequence[Sorted]) -> RenderableType:
    """First and first three, of all and of the half the parameters never saw; how sure it had to be to route by it."""
    table = share_table("咨询类别建议")
    for title, own in (("全部", done), ("只用于评判的一半", _judged(done))):
        table.add_row(*share_row(f"{title}：首位正确", among(own, first=1)))
        table.add_row(*share_row(f"{title}：前三含正确", among(own, first=MOST)))
        table.add_row(*share_row(f"{title}：把握 ≥ {TAKEN}，用于派单", sure_of(own, at_least=TAKEN)))
        table.add_row(*share_row("　其中首位正确", among(own, first=1, at_least=TAKEN)))
    return Group(table, Text())


def as_json(done: Sequence[Sorted]) -> dict[str, Any]:
    """The same shares."""
    return {name: _shares(own) for name, own in (("all", done), (Half.HELD_OUT.value, _judged(done)))}


def _shares(done: Sequence[Sorted]) -> dict[str, Any]:
    return {
        "first": share_as_json(among(done, first=1)),
        "first_three": share_as_json(among(done, first=MOST)),
        "taken": share_as_json(sure_of(done, at_least=TAKEN)),
        "taken_right": share_as_json(among(done, first=1, at_least=TAKEN)),
    }


def _judged(done: Sequence[Sorted]) -> list[Sorted]:
    return [one for one in done if one.half is Half.HELD_OUT]

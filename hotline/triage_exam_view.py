"""What triage recognises, as a person reads it in a terminal of 100 columns, and as a program does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from bots.labels import Half
from bots.triage_exam import Heard, by_kind, false_alarms, recall
from hotline.evaluation_view import share_as_json, share_row, share_table

NAMES = {"human_requests": "要求人工", "danger": "危险"}
LEAST_RECALL = 0.99
EXAMPLES = 20


def exam(name: str, heard: Sequence[Heard]) -> RenderableType:
    """Recall and false alarms with intervals, of all and of the half nobody tuned to; by kind; what was missed."""
    judged = [one for one in heard if one.wording.half is Half.HELD_OUT]
    table = share_table(NAMES[name])
    for title, share in (("应识别的：识别出", recall(heard)), ("其中只用于评判的一半", recall(judged))):
        reached = "达到" if share.share >= LEAST_RECALL else "未达到"
        table.add_row(*share_row(title, share, f"≥ {LEAST_RECALL:.0%} {reached}"))
    table.add_row(*share_row("不应识别的：误识别", false_alarms(heard)))
    table.add_row(*share_row("其中只用于评判的一半", false_alarms(judged)))
    kinds = share_table("按说法")
    for (triggers, kind), share in by_kind(heard).items():
        kinds.add_row(*share_row(f"{'应' if triggers else '不应'}：{kind}", share))
    return Group(table, Text(), kinds, Text(), *_missed(heard))


def as_json(heard: Mapping[str, Sequence[Heard]]) -> dict[str, Any]:
    """By file: recall and false alarms of all and of each half, by kind, and every wording heard wrongly."""
    return {name: _one(found) for name, found in heard.items()}


def _one(heard: Sequence[Heard]) -> dict[str, Any]:
    halves = {half.value: half for half in Half} | {"all": None}
    return {
        "recall": {name: share_as_json(recall(heard, half=half)) for name, half in halves.items()},
        "false_alarms": {name: share_as_json(false_alarms(heard, half=half)) for name, half in halves.items()},
        "recognised_by_kind": [
            {"kind": kind, "must": triggers, **share_as_json(share)}
            for (triggers, kind), share in by_kind(heard).items()
        ],
        # Of the half that only judges no wording is told: it would be tuned to.
        "heard_wrongly": [one.wording.text for one in heard if not one.right and one.wording.half is Half.TUNE],
    }


def _missed(heard: Sequence[Heard]) -> list[RenderableType]:
    missed = [one.wording for one in heard if not one.right and one.wording.triggers]
    shown = [one.text for one in missed if one.half is Half.TUNE][:EXAMPLES]
    if not missed:
        return [Text("没有漏掉的", style="bold green"), Text()]
    told = Text(f"漏掉 {len(missed)} 种说法（只列可用于改进的一半）", style="bold red")
    return [told, *(Text(f"· {text}") for text in shown), Text()]

"""The bot's examination as a person reads it in a terminal, and as a program does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bots.evaluation import Marked, Outcome
from bots.reliability import Bin, Judged, at_threshold, bins, brier, first_right

WRONG = frozenset({Outcome.WRONG, Outcome.WRONGLY_ANSWERED})
COVERED = {Outcome.RIGHT: "答对", Outcome.WRONG: "答错", Outcome.UNSURE: "不确定"}
UNCOVERED = {Outcome.RIGHTLY_UNSURE: "该不确定而不确定", Outcome.WRONGLY_ANSWERED: "不该答而答"}
LABELS = {**COVERED, **UNCOVERED, Outcome.UNAVAILABLE: "不可用"}


def exam(marked: Sequence[Marked], *, matters: Mapping[str, str]) -> RenderableType:
    """The outcomes in numbers, by matter, and every wrong answer; `matters` names each entry's matter."""
    covered = [one for one in marked if one.question.entry is not None]
    uncovered = [one for one in marked if one.question.entry is None]
    return Group(
        _outcomes("有答案的问题", covered, COVERED),
        _outcomes("没有答案的问题", uncovered, UNCOVERED),
        Text(f"全部 {len(marked)} 问中答错 {_share(_wrong(marked), len(marked))}", style="bold"),
        Text(),
        _by_matter(covered, matters),
        Text(),
        *_wrong_answers(marked),
    )


def answered_share(marked: Sequence[Marked]) -> RenderableType:
    """How many questions of no known answer were answered at all."""
    answered = sum(one.answered is not None for one in marked)
    return Text(f"{len(marked)} 问，回答 {_share(answered, len(marked))}，其余转给人工")


def as_json(marked: Sequence[Marked], *, threshold: float) -> dict[str, Any]:
    """The counts and every question with its outcome."""
    counts = {outcome.value: sum(one.outcome is outcome for one in marked) for outcome in Outcome}
    return {
        "threshold": threshold,
        "asked": len(marked),
        "counts": counts,
        "questions": [asdict(one) for one in marked],
    }


def reliability(questions: Sequence[Judged], *, thresholds: Sequence[float]) -> RenderableType:
    """Cross-validation: what the confidence says against how often it is right, and what each threshold costs."""
    bands = _table("说的把握", "平均", "实际答对", "问题数")
    for one in bins(questions):
        bands.add_row(_band(one), f"{one.said:.2f}", f"{one.right:.2f}", str(one.count))
    costs = _table("门槛", "有答案的答对", "没有答案的误答", "全部中答错")
    for threshold in thresholds:
        told = at_threshold(questions, threshold=threshold)
        shares = (told.answered_right, told.answered_uncovered, told.wrong)
        costs.add_row(f"{threshold:.2f}", *(f"{share:.1%}" for share in shares))
    facts = f"交叉验证 {len(questions)} 问：首位正确 {first_right(questions):.1%}，Brier {brier(questions):.3f}"
    return Group(Text(facts, style="bold"), bands, Text(), costs)


def _band(one: Bin) -> str:
    return f"{one.low:.1f}–{one.high:.1f}"


def _outcomes(title: str, marked: Sequence[Marked], labels: Mapping[Outcome, str]) -> RenderableType:
    parts = [f"{label} {_share(_count(marked, outcome), len(marked))}" for outcome, label in labels.items()]
    lost = _count(marked, Outcome.UNAVAILABLE)
    parts += [f"{LABELS[Outcome.UNAVAILABLE]} {lost}"] if lost else []
    return Text(f"{title} {len(marked)}：" + "，".join(parts))


def _by_matter(marked: Sequence[Marked], matters: Mapping[str, str]) -> Table:
    table = _table("类别", "问题数", *COVERED.values())
    for matter in sorted({matters[one.question.entry or ""] for one in marked}):
        own = [one for one in marked if matters[one.question.entry or ""] == matter]
        table.add_row(matter, str(len(own)), *(str(_count(own, outcome)) for outcome in COVERED))
    return table


def _wrong_answers(marked: Sequence[Marked]) -> list[RenderableType]:
    wrong = sorted((one for one in marked if one.outcome in WRONG), key=lambda one: -(one.confidence or 0.0))
    if not wrong:
        return [Text("没有答错的", style="bold green")]
    table = _table("把握", "问题", "应为", "答成")
    for one in wrong:
        table.add_row(
            f"{one.confidence:.2f}", Text(one.question.text), one.question.entry or "（无）", one.answered or ""
        )
    return [Text("答错的问题", style="bold red"), table]


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _count(marked: Sequence[Marked], outcome: Outcome) -> int:
    return sum(one.outcome is outcome for one in marked)


def _wrong(marked: Sequence[Marked]) -> int:
    return sum(one.outcome in WRONG for one in marked)


def _share(count: int, of: int) -> str:
    return f"{count}（{count / of:.1%}）" if of else "0"

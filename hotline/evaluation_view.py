"""The bot's examination as a person reads it in a terminal of 100 columns, and as a program does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bots.evaluation import WRONG, Marked, Outcome, Results, results
from bots.intervals import Share
from bots.labels import Half
from bots.reliability import at_threshold, bins, brier, first_right, told

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
# What the bot is held to on questions nobody tuned to: wrong answers among all, right ones among the covered.
MOST_WRONG, LEAST_RIGHT = 0.03, 0.60
BY_MATTER = {Outcome.RIGHT: "答对", Outcome.WRONG: "答错", Outcome.UNSURE: "转给人工"}
EXAMPLES = 60


@dataclass(frozen=True, slots=True)
class Exam:
    """What was asked of whom, and what became of it; `matters` names each entry's matter."""

    name: str
    engine: str
    threshold: float
    marked: Sequence[Marked]
    matters: Mapping[str, str]


def exam(one: Exam) -> RenderableType:
    """Outcomes with intervals, confidence against truth, by matter, and every wrong answer."""
    parts: list[RenderableType] = [
        Text(f"{one.name}：{len(one.marked)} 问，引擎 {one.engine}，门槛 {one.threshold}", style="bold"),
        _outcomes(results(one.marked)),
        *_held_out(one.marked),
    ]
    if judged := told(one.marked):
        parts += [Text(), _reliability(judged), Text(), _by_matter(judged, one.matters), Text(), *_confusions(judged)]
        parts += [Text(), _thresholds(judged, chosen=one.threshold)]
    return Group(*parts, Text())


def _held_out(marked: Sequence[Marked]) -> list[RenderableType]:
    """The half that nobody may tune to, where the questions have halves: its figures are the ones to quote."""
    judged = [one for one in marked if one.question.half is Half.HELD_OUT]
    return (
        [Text("\n其中只用于评判的一半（对外只引用这一半的数字）", style="bold"), _outcomes(results(judged))]
        if judged
        else []
    )


def _thresholds(marked: Sequence[Marked], *, chosen: float) -> RenderableType:
    """What each threshold would cost."""
    table = _table("门槛", "有答案的答对", "无答案的误答", "全部中答错")
    for threshold in sorted({*THRESHOLDS, chosen}):
        cost = at_threshold(marked, threshold=threshold)
        shares = (cost.answered_right, cost.answered_uncovered, cost.wrong)
        row = [f"{threshold:.2f}", *(f"{share:.1%}" for share in shares)]
        table.add_row(*row, style="bold" if threshold == chosen else "")
    return Group(Text("换一个门槛会怎样", style="bold"), table)


def as_json(one: Exam) -> dict[str, Any]:
    """Shares with intervals, confidence against truth, wrong answers, and every question with its outcome."""
    judged = told(one.marked)
    shares = {name: share for name, share in _shares(results(one.marked)) if share.of}
    return {
        "questions_from": one.name,
        "engine": one.engine,
        "threshold": one.threshold,
        "asked": len(one.marked),
        "judged": len(judged),
        "counts": {outcome.value: sum(mark.outcome is outcome for mark in one.marked) for outcome in Outcome},
        "shares": {name: share_as_json(share) for name, share in shares.items()},
        "halves": {
            half.value: {name: share_as_json(share) for name, share in _shares(results(own)) if share.of}
            for half in Half
            if (own := [mark for mark in one.marked if mark.question.half is half])
        },
        "first_right": share_as_json(first_right(judged)),
        "brier": brier(judged) if judged else None,
        "reliability": [
            {"from": step.low, "to": step.high, "said": step.said, "right": share_as_json(step.right)}
            for step in bins(judged)
        ],
        "confusions": [
            {"question": mark.question.text, "expected": sorted(mark.question.entries or ()), "said": mark.answered}
            for mark in _wrong(judged)
        ],
        "questions": [_question_as_json(mark) for mark in one.marked],
    }


def share_as_json(share: Share) -> dict[str, float]:
    """Count, of how many, share, and the interval's bounds."""
    return {"count": share.count, "of": share.of, "share": share.share, "low": share.low, "high": share.high}


def share_row(name: str, share: Share, aim: str = "") -> tuple[str, ...]:
    """A row of: name, count, of how many, share, interval, aim."""
    return (name, str(share.count), str(share.of), f"{share.share:.1%}", f"{share.low:.1%} – {share.high:.1%}", aim)


def share_table(first: str) -> Table:
    """The table whose rows `share_row` makes."""
    return _table(first, "数", "共", "比例", "95% 区间", "目标", right=("数", "共", "比例"))


def _shares(found: Results) -> Iterator[tuple[str, Share]]:
    named = ((one.name, getattr(found, one.name)) for one in fields(found))
    return ((name, share) for name, share in named if isinstance(share, Share))


def _outcomes(found: Results) -> RenderableType:
    table = share_table("结果")
    rows = (
        ("有答案的：答对", found.right, _aim(found.right.share >= LEAST_RIGHT, f"≥ {LEAST_RIGHT:.0%}")),
        ("有答案的：答错", found.wrong, ""),
        ("有答案的：没有把握，转给人工", found.unsure, ""),
        ("无答案的：没有作答（应当如此）", found.refused, ""),
        ("无答案的：不该答而答", found.wrongly_answered, ""),
        ("全部中答错", found.wrong_of_all, _aim(found.wrong_of_all.share <= MOST_WRONG, f"≤ {MOST_WRONG:.0%}")),
        ("无人评判的：作了答", found.answered_of_unjudged, ""),
        ("作了答且题目标有法条的：引用其中之一", found.cited, ""),
    )
    for name, share, aim in rows:
        if share.of:
            table.add_row(*share_row(name, share, aim))
    down = Text(f"引擎不可用 {found.unavailable} 问，未计入", style="bold red")
    return Group(table, down) if found.unavailable else table


def _aim(reached: bool, aim: str) -> str:
    return f"{aim} {'达到' if reached else '未达到'}"


def _reliability(judged: Sequence[Marked]) -> RenderableType:
    table = _table("说的把握", "平均", "问数", "实际答对", "95% 区间", right=("平均", "问数", "实际答对"))
    for one in bins(judged):
        interval = f"{one.right.low:.2f} – {one.right.high:.2f}"
        facts = (f"{one.said:.2f}", str(one.right.of), f"{one.right.share:.2f}", interval)
        table.add_row(f"{one.low:.1f} – {one.high:.1f}", *facts)
    first = first_right(judged)
    told_first = f"把握可信吗：Brier {brier(judged):.3f}；首位正确 {first.share:.1%}（不论说没说）"
    return Group(Text(told_first, style="bold"), table)


def _by_matter(judged: Sequence[Marked], matters: Mapping[str, str]) -> RenderableType:
    table = _table("类别", "问数", *BY_MATTER.values(), right=("问数", *BY_MATTER.values()))
    groups: dict[str, list[Marked]] = {}
    for one in judged:
        if one.question.entries:
            groups.setdefault(matters[min(one.question.entries)], []).append(one)
    for matter, own in sorted(groups.items()):
        counts = (str(sum(one.outcome is outcome for one in own)) for outcome in BY_MATTER)
        table.add_row(matter, str(len(own)), *counts)
    return Group(Text("有答案的，按类别", style="bold"), table)


def _confusions(judged: Sequence[Marked]) -> list[RenderableType]:
    wrong = _wrong(judged)
    if not wrong:
        return [Text("没有答错的", style="bold green")]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("把握", no_wrap=True)
    table.add_column("应为 → 答成", overflow="fold", max_width=34)
    table.add_column("问题", overflow="fold")
    for one in wrong[:EXAMPLES]:
        expected = " / ".join(sorted(one.question.entries or ())) or "（无）"
        table.add_row(f"{one.confidence:.2f}", f"{expected}\n→ {one.answered}", Text(_quoted(one)))
    rest = [Text(f"… 其余 {len(wrong) - EXAMPLES} 处见 --json", style="dim")] if len(wrong) > EXAMPLES else []
    return [Text(f"答错的 {len(wrong)} 问", style="bold red"), table, *rest]


def _quoted(one: Marked) -> str:
    """The question; of the half that only judges not in passing, who read it might tune to it."""
    return "（只用于评判的一半，原文见 --json）" if one.question.half is Half.HELD_OUT else one.question.text


def _wrong(judged: Sequence[Marked]) -> list[Marked]:
    return sorted((one for one in judged if one.outcome in WRONG), key=lambda one: -(one.confidence or 0.0))


def _question_as_json(one: Marked) -> dict[str, Any]:
    facts = asdict(one)
    facts["question"] = {
        "text": one.question.text,
        "entries": None if one.question.entries is None else sorted(one.question.entries),
        "half": one.question.half,
    }
    return facts


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in right else "left")
    return table

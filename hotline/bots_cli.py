"""`hotline bots …`: the content checked, the bot examined."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bots.evaluation import EXAM, Marked, Question, examine, load_exam, load_questions
from bots.faq import load_entries, read_content
from bots.lessons import Material
from bots.near_duplicates import answered_yet_unanswerable, near_duplicates
from bots.reliability import judged
from bots.retrieval import load_unanswerable
from bots.statutes import check_citations, unproven
from hotline import evaluation_view
from hotline.settings import Settings, load
from hotline.terminal import CONFIG, bar, out
from hotline.wiring import load_bot

bots_app = typer.Typer(help="问答内容与评测", no_args_is_help=True)
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)


@bots_app.command("check")
def check(
    statutes: Annotated[Path | None, typer.Option(help="法律条文目录：核对引用的法律与条号")] = None,
) -> None:
    """检查问答内容：格式、重复、引用；不同条目间过于相近的问法只提醒。"""
    entries, problems = read_content(load(CONFIG, os.environ).bots.content)
    problems += answered_yet_unanswerable(entries, unanswerable=load_unanswerable())
    if statutes is not None:
        problems += check_citations(entries, statutes=statutes)
        for law in unproven(entries, statutes=statutes):
            out.print(f"{law}：目录中没有条文，引用需人工核对", style="yellow")
    for problem in problems:
        out.print(str(problem), style="red", markup=False, soft_wrap=True)
    warnings = list(near_duplicates(entries))
    for warning in warnings:
        out.print(str(warning), style="yellow", markup=False, soft_wrap=True)
    out.print(f"{len(entries)} 条内容，{len(problems)} 个问题，{len(warnings)} 处提醒")
    if problems:
        raise typer.Exit(1)


@bots_app.command("evaluate")
def evaluate(
    questions: Annotated[
        Path | None, typer.Option(help="JSON 问题集（每项有 question）：没有标准答案，只报告回答的比例")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    cross: Annotated[bool, typer.Option("--cross", help="再做交叉验证：把握是否可信，各门槛的代价")] = False,
) -> None:
    """用评测题（从不参与训练）逐一提问，报告答对、答错、不确定。答错是最坏的结果。"""
    settings = load(CONFIG, os.environ)
    entries = load_entries(settings.bots.content)
    matters = {entry.id: entry.matter.partition(".")[0] for entry in entries}
    asked = _without_answers(questions) if questions else load_exam(EXAM, entries=frozenset(matters))
    marked = _examine(settings, asked)
    if as_json:
        out.print_json(json.dumps(evaluation_view.as_json(marked, threshold=settings.bots.threshold)))
        return
    out.print(f"门槛 {settings.bots.threshold}", style="dim")
    out.print(evaluation_view.answered_share(marked) if questions else evaluation_view.exam(marked, matters=matters))
    if cross:
        lessons = list(Material(entries, unanswerable=load_unanswerable()).lessons())
        out.print(evaluation_view.reliability(judged(lessons), thresholds=THRESHOLDS))


def _without_answers(path: Path) -> list[Question]:
    return [Question(text, None) for text in load_questions(path)]


def _examine(settings: Settings, asked: Sequence[Question]) -> list[Marked]:
    bot = load_bot(settings)
    with bar() as progress:
        task = progress.add_task("提问", total=len(asked))
        return asyncio.run(examine(bot, asked, progress=lambda done: progress.update(task, completed=done)))

"""`hotline bots …`: the content checked, the bot examined."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError

from bots.changed_statutes import newer_in
from bots.evaluation import Marked, Question, examine
from bots.exam_files import EXAM, kept_labels, load_exam
from bots.faq import Entry, load_entries, read_content
from bots.lessons import Material
from bots.near_duplicates import answered_yet_unanswerable, near_duplicates
from bots.reliability import cross_validated
from bots.retrieval import load_unanswerable
from bots.settings import BotSettings
from bots.statutes import check_citations, unproven
from bots.suggestion_exam import sort
from bots.triage_exam import RECOGNISED, hear
from hotline import evaluation_plot, evaluation_view, learn_commands, suggestion_view, triage_exam_view
from hotline.evaluation_plot import require_png
from hotline.evaluation_view import Exam
from hotline.settings import Settings, load
from hotline.terminal import CONFIG, bar, out, working
from hotline.wiring.bot import opened_engine, silence_of, suggester_of
from interactions.clock import SystemClock
from interactions.errors import Invalid

bots_app = typer.Typer(help="问答内容与评测", no_args_is_help=True)
bots_app.add_typer(learn_commands.app, name="learn")
SILENT = {"not_signed": "待律师审核", "review_overdue": "审核已到期", "statute_changed": "所依据的法条已变动"}


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
        for changed in newer_in(statutes, [entry for _, entry in entries]):
            told = (
                f"{changed.law}：{changed.in_force_since} 起施行，晚于引用它的条目；核对前请列入 bots.changed_statutes"
            )
            out.print(told, style="yellow", soft_wrap=True)
    for problem in problems:
        out.print(str(problem), style="red", markup=False, soft_wrap=True)
    warnings = list(near_duplicates(entries))
    for warning in warnings:
        out.print(str(warning), style="yellow", markup=False, soft_wrap=True)
    out.print(f"{len(entries)} 条内容，{len(problems)} 个问题，{len(warnings)} 处提醒")
    if problems:
        raise typer.Exit(1)


@bots_app.command("silent")
def silent() -> None:
    """列出今天不作答的条目与原因：未经审核、审核到期、所依据的法条已变动（按当前设置）。"""
    settings = load(CONFIG, os.environ)
    today = SystemClock().now().astimezone(ZoneInfo(settings.city.timezone)).date()
    entries, silence = load_entries(settings.bots.content), silence_of(settings)
    found = [(entry, why) for entry in entries if (why := silence.why(entry, today=today))]
    for entry, why in found:
        out.print(f"{entry.id}：{SILENT[why]}", markup=False, highlight=False)
    out.print(f"{len(entries)} 条内容，今天不作答的 {len(found)} 条")


@bots_app.command("evaluate")
def evaluate(
    *,
    engine: Annotated[str | None, typer.Option(help="retrieval 或 rasa；不填用 bots.engine 的设置")] = None,
    questions: Annotated[
        Path | None, typer.Option(help="题目文件（三种形式，见 docs/bot.md）；不填用 bots/evaluation.yaml")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="把握与实际的对照图，.png")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    triage: Annotated[
        bool, typer.Option("--triage", help="改为检验分诊：要求人工、危险的各种说法识别出多少（bots/wordings）")
    ] = False,
    cross: Annotated[
        bool, typer.Option("--cross", help="再做交叉验证：每种问法都交给没有学过它的引擎（仅 retrieval）")
    ] = False,
) -> None:
    """用从不参与训练的题目逐一提问：答对、答错、转给人工、该拒而拒，各带 95% 区间。答错是最坏的结果。"""
    if triage:
        _evaluate_triage(as_json=as_json)
        return
    if plot is not None:
        require_png(plot)
    settings = _with_engine(load(CONFIG, os.environ), engine)
    entries = load_entries(settings.bots.content)
    ids = frozenset(entry.id for entry in entries)
    asked = load_exam(questions or EXAM, entries=ids, labels=kept_labels(entries=ids))
    held_out = _exam((questions or EXAM).name, settings, entries, _examine(settings, entries, asked))
    suggested = sort(suggester_of(settings), asked)
    exams = [held_out, *([_cross(settings, entries)] if cross else [])]
    if plot is not None:
        drawn = {one.name: one.marked for one in exams}
        evaluation_plot.write(
            plot, drawn, title=f"引擎 {held_out.engine}：说的把握与实际", threshold=held_out.threshold
        )
    if as_json:
        told = evaluation_view.as_json(held_out)
        told |= {"matters": suggestion_view.as_json(suggested)} if suggested else {}
        told |= {"cross_validated": evaluation_view.as_json(exams[1])} if cross else {}
        out.print_json(json.dumps(told))
        return
    for one in exams:
        out.print(evaluation_view.exam(one))
    if suggested:
        out.print(suggestion_view.exam(suggested))


def _evaluate_triage(*, as_json: bool) -> None:
    heard = {name: hear(name) for name in RECOGNISED}
    if as_json:
        out.print_json(json.dumps(triage_exam_view.as_json(heard)))
        return
    for name, found in heard.items():
        out.print(triage_exam_view.exam(name, found))


def _with_engine(settings: Settings, engine: str | None) -> Settings:
    """The settings with another engine; raises `Invalid` where there is none of that name."""
    if engine is None:
        return settings
    try:
        bots = BotSettings.model_validate({**settings.bots.model_dump(), "engine": engine})
    except ValidationError as error:
        raise Invalid(f"--engine {engine}：{error.errors()[0]['msg']}") from None
    return settings.model_copy(update={"bots": bots})


def _examine(settings: Settings, entries: Sequence[Entry], asked: Sequence[Question]) -> list[Marked]:
    wordings = {question: entry.id for entry in entries for question in entry.questions}

    async def examining() -> list[Marked]:
        # By itself: an engine that is down must not pass with the marks of the one that stands in for it.
        async with opened_engine(settings, working=working) as bot:
            with bar() as progress:
                task = progress.add_task("提问", total=len(asked))
                return await examine(
                    bot, asked, wordings=wordings, progress=lambda done: progress.update(task, completed=done)
                )

    return asyncio.run(examining())


def _cross(settings: Settings, entries: Sequence[Entry]) -> Exam:
    if settings.bots.engine != "retrieval":
        raise Invalid("--cross 只用于 retrieval：另一引擎每折都要重新训练")
    material = Material(entries, unanswerable=load_unanswerable())
    with bar() as progress:
        lessons = list(progress.track(material.lessons(), total=material.lesson_count(), description="交叉验证"))
    marked = cross_validated(lessons, ids=[entry.id for entry in entries], threshold=settings.bots.threshold)
    return _exam("交叉验证", settings, entries, marked)


def _exam(name: str, settings: Settings, entries: Sequence[Entry], marked: Sequence[Marked]) -> Exam:
    matters = {entry.id: entry.matter.partition(".")[0] for entry in entries}
    return Exam(name, settings.bots.engine, settings.bots.threshold, marked, matters)

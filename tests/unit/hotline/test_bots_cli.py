"""`hotline bots …` as its user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.evaluation import Outcome
from hotline.bots_cli import bots_app

ROOT = Path(__file__).resolve().parent.parent.parent.parent


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands read config.yaml of where they are called."""
    monkeypatch.chdir(ROOT)


def run(*words: str) -> str:
    """What `hotline bots …` prints."""
    result = CliRunner().invoke(bots_app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_content_is_checked_clean() -> None:
    assert "条内容，0 个问题，0 处提醒" in run("check")


def test_the_examination_is_told_as_json() -> None:
    told = json.loads(run("evaluate", "--json"))

    assert told["asked"] == len(told["questions"]) == sum(told["counts"].values())
    assert set(told["counts"]) == {outcome.value for outcome in Outcome}


def test_the_examination_and_cross_validation_are_told_as_tables() -> None:
    told = run("evaluate", "--cross")

    assert "有答案的问题" in told
    assert "没有答案的问题" in told
    assert "交叉验证" in told


def test_a_file_of_questions_is_told_by_its_answered_share(tmp_path: Path) -> None:
    path = tmp_path / "questions.json"
    path.write_text(json.dumps([{"question": "老板拖欠我三个月工资怎么办"}, {"question": "今天天气怎么样"}]))

    assert "2 问，回答 1（50.0%）" in run("evaluate", "--questions", str(path))

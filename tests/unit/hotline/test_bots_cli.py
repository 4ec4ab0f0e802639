"""`hotline bots …` as its user runs it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.evaluation import Outcome
from hotline.bots_cli import bots_app
from interactions.errors import Invalid

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

    assert told["asked"] == told["judged"] == len(told["questions"]) == sum(told["counts"].values())
    assert set(told["counts"]) == {outcome.value for outcome in Outcome}
    assert told["shares"]["right"]["low"] < told["shares"]["right"]["share"] < told["shares"]["right"]["high"]


def test_the_examination_and_cross_validation_are_told_and_drawn(tmp_path: Path) -> None:
    picture = tmp_path / "sure.png"

    told = run("evaluate", "--engine", "retrieval", "--cross", "--plot", str(picture))

    assert told.count("有答案的：答对") == 2
    assert "交叉验证" in told
    assert "95% 区间" in told
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_questions_that_nobody_judged_are_told_by_the_share_answered(tmp_path: Path) -> None:
    path = tmp_path / "questions.json"
    path.write_text(json.dumps([{"question": "老板拖欠我三个月工资怎么办"}, {"question": "今天天气怎么样"}]))

    told = run("evaluate", "--questions", str(path))

    assert "无人评判的：作了答" in told
    assert "50.0%" in told
    assert "有答案的" not in told


def test_a_file_with_labels_of_its_own_is_judged_by_them(tmp_path: Path) -> None:
    path = tmp_path / "questions.json"
    items = [
        {"question": "老板拖欠我三个月工资怎么办", "entries": ["labour.wages.unpaid"]},
        {"question": "老板拖欠我三个月工资怎么办呢", "entries": ["family.bride_price"]},
        {"question": "今天天气怎么样", "entries": []},
    ]
    path.write_text(json.dumps(items))

    told = json.loads(run("evaluate", "--questions", str(path), "--json"))

    assert {name: told["shares"][name]["count"] for name in ("right", "wrong", "refused")} == {
        "right": 1,
        "wrong": 1,
        "refused": 1,
    }
    assert [(one["expected"], one["said"]) for one in told["confusions"]] == [
        (["family.bride_price"], "labour.wages.unpaid")
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--engine", "oracle"), "--engine oracle"),
        (("--plot", "sure.svg"), ".png"),
        (("--plot", "no/such/folder/sure.png"), "写不了图"),
        (("--questions", "nowhere.json"), "nowhere.json"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(Invalid, match=re.escape(told)):
        run("evaluate", *words)


def test_triage_is_told_by_recall_with_its_interval() -> None:
    told = run("evaluate", "--triage")
    as_json = json.loads(run("evaluate", "--triage", "--json"))

    assert "要求人工" in told
    assert "95% 区间" in told
    assert set(as_json) == {"human_requests", "danger"}
    assert as_json["danger"]["recall"]["held_out"]["of"] > 200

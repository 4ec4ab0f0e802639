"""`hotline simulate` as its user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from hotline.cli import app
from hotline.scenario_file import built_in, read_scenario
from interactions.errors import Invalid
from tests.unit.routing.simulation.call_file import call, hung_up, waited, write

ROOT = Path(__file__).resolve().parent.parent.parent.parent
SMALL = """
name: 小城
assumptions: [到达率为假设]
per_hour: 20
matters: {labour: 1, family: 1}
urgency: {normal: 9, danger: 1}
talk: {mean_s: 300}
patience: {mean_s: 300}
seats:
  - {count: 2, skills: 1}
"""


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands read config.yaml of where they are called."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A scenario of one's own."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def run(*words: str) -> str:
    """What `hotline simulate …` prints."""
    result = CliRunner().invoke(app, ["simulate", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_scenario_is_told_with_its_figures_fairness_what_if_and_assumptions(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "found.json"

    told = run("--scenario", str(small), "--replications", "2", "--json", str(path))

    for word in (
        "小城",
        "ASA",
        "SL2",
        "未接通",
        "坐席占用率",
        "首次告知的 80% 等待区间",
        "人身危险",
        "劳动纠纷",
        "5 席 +3",
        "每席 1 项技能",
        "到达率为假设",
    ):
        assert word in told
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["measures"]["came"]["mean"] > 300
    assert found["announced"]["told"] == sum(found["announced"][one] for one in ("within", "sooner", "later"))
    # Fewer than one seat is no hotline: one of two more or fewer, and three more; each with four layouts.
    assert [(one["more"], one["skills"]) for one in found["what_if"][:2]] == [(-1, "as_is"), (-1, 1)]
    assert len(found["what_if"]) == 5 * 4


def test_the_hours_are_drawn(small: Path, tmp_path: Path) -> None:
    picture, page = tmp_path / "day.svg", tmp_path / "day.html"
    words = ("--scenario", str(small), "--replications", "2", "--no-what-if", "--plot")

    run(*words, str(picture))
    run(*words, str(page))

    (drawn,) = ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}svg")  # noqa: S314 - our own file
    told = " ".join(drawn.itertext())
    assert all(word in told for word in ("小城", "排队人数", "平均在线等待（秒）", "坐席占用率", "24:00"))
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_name_in_a_scenario_is_text_in_the_picture(small: Path, tmp_path: Path) -> None:
    small.write_text(SMALL.replace("小城", "<script>alert(1)</script>"), encoding="utf-8")
    path = tmp_path / "day.html"

    run("--scenario", str(small), "--replications", "1", "--no-what-if", "--plot", str(path))

    assert "<script>" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "told"), [("day.png", "应以 .svg 或 .html 结尾"), ("none/day.svg", "写不了图")])
def test_a_picture_that_cannot_be_written_is_refused(small: Path, tmp_path: Path, name: str, told: str) -> None:
    words = ["simulate", "--scenario", str(small), "--replications", "1", "--no-what-if"]

    with pytest.raises(Invalid, match=told):
        CliRunner().invoke(app, [*words, "--plot", str(tmp_path / name)], catch_exceptions=False)


def test_the_same_seed_is_told_the_same(small: Path) -> None:
    words = ("--scenario", str(small), "--replications", "1", "--no-what-if")

    assert run(*words) == run(*words)
    assert run(*words) != run(*words, "--seed", "2")


def test_a_recorded_file_is_told_beside_what_it_says(tmp_path: Path) -> None:
    path = write(tmp_path / "calls.tsv", [call(), waited("9:00:10", 95), hung_up("9:00:20", 30), call(date="990202")])

    told = run("--calls", str(path), "--replications", "2")

    assert "重放 calls.tsv" in told
    assert "文件中" in told
    assert "2 天 × 2 次" in told
    assert "1 天 × 2 次" in run("--calls", str(path), "--replications", "2", "--days", "1")


def test_every_built_in_scenario_is_sound_and_names_what_it_assumes() -> None:
    found = [read_scenario(Path(name)) for name in built_in()]

    assert {"city", "week2018"} <= set(built_in())
    assert all(one.assumptions for one in found)


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("mean_s: 300}\npat", "mean_s: -1}\npat", r"small.yaml line 7, column 16: talk.mean_s: expected seconds ≥ 0"),
        ("count: 2", "count: 0", r"small.yaml line 10, column 13: seats.0.count: expected"),
        ("skills: 1", "skils: 1", r"line 10, column 23: seats.0.skils: unknown key"),
        ("patience: {", "patiense: {", r"patiense: unknown key; did you mean patience"),
        ("name: 小城", "", r"name: missing"),
        ("danger: 1", "urgent: 1", r"urgency: expected danger, deadline, normal, protected, got urgent"),
        ("per_hour: 20", "per_hour: [1, 2]", r"per_hour: expected one figure or 24, got 2"),
        ("matters: {", "matters: [", r"small.yaml line \d+, column \d+: "),
        ("labour: 1, family: 1", "labour: 0, family: 0", r"matters: expected shares of which one is above 0"),
        ("skills: 1}", 'skills: 1, shifts: ["8-9"]}', r"seats.0.shifts.0: expected HH:MM-HH:MM"),
    ],
)
def test_a_problem_in_a_scenario_is_told_with_its_place(small: Path, wrong: str, right: str, told: str) -> None:
    assert wrong in SMALL
    small.write_text(SMALL.replace(wrong, right, 1), encoding="utf-8")

    with pytest.raises(Invalid, match=told):
        read_scenario(small)


def test_no_such_scenario_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="自带的场景有 city、week2018"):
        read_scenario(tmp_path / "none.yaml")


def test_a_scenario_and_a_call_file_at_once_and_an_empty_file_are_refused(small: Path, tmp_path: Path) -> None:
    calls = write(tmp_path / "calls.tsv", [])

    for words, told in ((["--scenario", str(small)], "只能给一个"), ([], "没有找律师的通话")):
        with pytest.raises(Invalid, match=told):
            CliRunner().invoke(app, ["simulate", *words, "--calls", str(calls)], catch_exceptions=False)

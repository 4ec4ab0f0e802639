"""Triage is held against wordings nobody showed its author: what must be recognised is, of the rest little."""

from __future__ import annotations

from pathlib import Path

from bots.intervals import Share
from bots.triage_exam import RECOGNISED, by_kind, false_alarms, hear, recall


def test_what_is_heard_is_counted_by_half_and_kind(tmp_path: Path) -> None:
    words = "triggers: {plain: [转人工, 咕噜咕噜]}\nharmless: {law: [人工智能是什么, 我要转人工]}"
    (tmp_path / "human_requests.yaml").write_text(words, encoding="utf-8")

    heard = hear("human_requests", folder=tmp_path)

    assert recall(heard) == Share(1, 2)
    assert false_alarms(heard).of == 2
    assert by_kind(heard)[True, "plain"] == Share(1, 2)
    halves = [recall(heard, half=half).of for half in {one.wording.half for one in heard}]
    assert sum(halves) == 2


def test_at_least_five_hundred_wordings_judge_each() -> None:
    for name in RECOGNISED:
        assert recall(hear(name)).of >= 500

"""Entries that wait for their examination keep the form of those that are served, and repeat none of them."""

from __future__ import annotations

from pathlib import Path

import yaml

from bots.faq import Entry, load_entries
from tests.unit.bots.content import entries

WAITING = Path(__file__).resolve().parents[3] / "bots" / "waiting"


def waiting() -> tuple[Entry, ...]:
    """What waits."""
    return load_entries(WAITING / "entries")


def test_each_is_an_entry_of_its_own_and_a_draft() -> None:
    served = {entry.id for entry in entries()}

    assert not served & {entry.id for entry in waiting()}
    assert {entry.review.status for entry in waiting()} == {"draft"}


def test_no_wording_is_served_already() -> None:
    served = {question for entry in entries() for question in entry.questions}

    assert not served & {question for entry in waiting() for question in entry.questions}


def test_the_lists_beside_them_name_entries_that_exist() -> None:
    known = {entry.id for entry in (*entries(), *waiting())}
    covered = yaml.safe_load((WAITING / "now_covered.yaml").read_text(encoding="utf-8"))
    exam = yaml.safe_load((WAITING / "exam.yaml").read_text(encoding="utf-8"))

    assert {entry for answered_by in covered.values() for entry in answered_by} <= known
    assert set(exam["covered"]) <= known

"""Settings that would turn the policy on its head are refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from routing.settings import HeadStartSettings


def test_a_lesser_class_cannot_stand_further_ahead() -> None:
    with pytest.raises(ValidationError, match="danger >= deadline >= protected >= normal"):
        HeadStartSettings(danger=60.0, deadline=1_800.0)


def test_equal_head_starts_are_first_come_first_served() -> None:
    assert HeadStartSettings(danger=0.0, deadline=0.0, protected=0.0, normal=0.0).danger == 0.0

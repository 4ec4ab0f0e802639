"""What workers would each fit at a first start is fitted before they start."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.kept_curve import KeptCurve
from hotline.wiring import bot, fit_once
from tests.rig.house import settings


def test_a_first_start_fits_and_keeps_and_a_later_one_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings()

    fit_once(chosen, kept_in=tmp_path)
    assert KeptCurve(tmp_path, content=chosen.bots.content).read() is not None

    monkeypatch.setattr(bot, "RetrievalBot", _must_not_be_built)
    fit_once(chosen, kept_in=tmp_path)


def _must_not_be_built(*_: object, **__: object) -> None:
    raise AssertionError("fitted a second time")

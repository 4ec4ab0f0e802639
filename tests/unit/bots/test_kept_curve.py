"""The fitted curve is used again for the same content only, and whatever else lies there is made anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.calibration import Curve
from bots.kept_curve import NAME, KeptCurve

CURVE = Curve((-3.0, 1.25, 0.1, 0.0, 2.5, 1e-9))


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A folder of content; its words do not matter here."""
    folder = tmp_path / "faq"
    folder.mkdir()
    (folder / "labour.yaml").write_text("- one", encoding="utf-8")
    return folder


def test_what_was_kept_is_read_to_the_last_bit(tmp_path: Path, content: Path) -> None:
    KeptCurve(tmp_path / "bot", content=content).write(CURVE)

    assert KeptCurve(tmp_path / "bot", content=content).read() == CURVE


def test_other_content_does_not_get_it(tmp_path: Path, content: Path) -> None:
    KeptCurve(tmp_path / "bot", content=content).write(CURVE)

    (content / "labour.yaml").write_text("- two", encoding="utf-8")

    assert KeptCurve(tmp_path / "bot", content=content).read() is None


def test_a_file_more_is_other_content(tmp_path: Path, content: Path) -> None:
    KeptCurve(tmp_path / "bot", content=content).write(CURVE)

    (content / "traffic.yaml").write_text("", encoding="utf-8")

    assert KeptCurve(tmp_path / "bot", content=content).read() is None


@pytest.mark.parametrize("lies_there", ["", "{}", "[1]", '{"made_of": "x", "weights": [NaN]}', "\x00"])
def test_what_is_no_curve_is_made_anew(tmp_path: Path, content: Path, lies_there: str) -> None:
    kept = KeptCurve(tmp_path / "bot", content=content)
    kept.write(CURVE)
    (tmp_path / "bot" / NAME).write_text(lies_there, encoding="utf-8")

    assert kept.read() is None
    kept.write(CURVE)
    assert kept.read() == CURVE


def test_a_curve_of_other_evidence_is_not_used(tmp_path: Path, content: Path) -> None:
    kept = KeptCurve(tmp_path / "bot", content=content)
    kept.write(Curve((1.0, 2.0)))

    assert kept.read() is None


def test_nothing_half_written_is_left(tmp_path: Path, content: Path) -> None:
    KeptCurve(tmp_path / "bot", content=content).write(CURVE)

    assert [one.name for one in (tmp_path / "bot").iterdir()] == [NAME]

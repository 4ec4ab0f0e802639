"""The fitted curve kept beside the data, so that only a start on new content fits it again.

Fitting asks the content of itself five times over (bots/lessons.py), which is most of a start. What is kept is told
apart by every byte it came from: the content, and this package with its word lists. It is six numbers of text, never
code, and whatever does not fit is made anew.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, FiniteFloat, ValidationError

from bots.calibration import CONSTANT_AND_EVIDENCE, Curve

NAME = "curve.json"
PACKAGE = Path(__file__).parent


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    made_of: str
    weights: list[FiniteFloat]


class KeptCurve:
    """The curve of one content in `folder`; several processes may keep it at once."""

    def __init__(self, folder: Path, *, content: Path) -> None:
        self._path = folder / NAME
        self._made_of = _digest(content)

    def read(self) -> Curve | None:
        """The curve fitted on this very content by this very code; None where there is none."""
        try:
            kept = _Kept.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return None
        fits = kept.made_of == self._made_of and len(kept.weights) == CONSTANT_AND_EVIDENCE
        return Curve(tuple(kept.weights)) if fits else None

    def write(self, curve: Curve) -> None:
        """Keeps `curve`, whole or not at all; what is kept already stays as it is."""
        if self.read() == curve:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=self._path.parent, prefix=NAME)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_Kept(made_of=self._made_of, weights=list(curve.weights)).model_dump_json())
        Path(written).replace(self._path)


def _digest(content: Path) -> str:
    """Of every file the curve depends on, and of the numbers' library, whose sums may differ in the last bits."""
    digest = hashlib.sha256(np.__version__.encode())
    for path in _files(content):
        said = path.read_bytes()
        digest.update(f"{path.name}\0{len(said)}\0".encode() + said)
    return digest.hexdigest()


def _files(content: Path) -> Iterator[Path]:
    yield from sorted(PACKAGE.glob("*.py"))
    yield from sorted(PACKAGE.glob("*.yaml"))
    yield from sorted(content.glob("*.yaml"))

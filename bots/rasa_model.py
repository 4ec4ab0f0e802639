"""What a model says of itself, inside its own domain: which content it was made of, and the curve of its confidence.

So a Rasa that runs elsewhere needs nothing beside its model, and one that was trained on other content is found out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from bots.calibration import Curve
from bots.errors import ReplyGarbled
from bots.rasa_project import SELF
from bots.rasa_reply import WEIGHTS

PACKAGE = Path(__file__).parent
# What the training depends on beside the content: the words, and how all of it is put.
_WORDS = ("calibration.yaml", "synonyms.yaml")
_CODE = ("calibration.py", "normal.py", "synonyms.py", "rasa_project.py", "rasa_reply.py")


class _About(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    content: str
    weights: list[FiniteFloat] = Field(min_length=WEIGHTS, max_length=WEIGHTS)


class _Response(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    custom: _About


class _Domain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    responses: Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The digest of the content a model was made of, and its curve."""

    content: str
    curve: Curve

    def as_payload(self) -> dict[str, Any]:
        """As it stands in the domain."""
        return {"content": self.content, "weights": list(self.curve.weights)}


def read_domain(body: bytes) -> ModelFacts:
    """What the model of `body` (GET /domain as JSON) says of itself; raises `ReplyGarbled`."""
    try:
        said = _Domain.model_validate_json(body).responses.get(SELF, [None])
        about = _Response.model_validate(said[0] if said else None).custom
    except ValidationError:
        raise ReplyGarbled(
            "Rasa's domain: it says nothing of the model; expected one made by hotline bots train"
        ) from None
    return ModelFacts(about.content, Curve(tuple(about.weights)))


def content_digest(content: Path, *, also: bytes = b"") -> str:
    """Of every byte a model of `content` depends on; `also`: of what trains it."""
    digest = hashlib.sha256(also)
    for path in _files(content):
        said = path.read_bytes()
        digest.update(f"{path.name}\0{len(said)}\0".encode() + said)
    return digest.hexdigest()[:24]


def _files(content: Path) -> Iterator[Path]:
    yield from (PACKAGE / name for name in (*_WORDS, *_CODE))
    yield from sorted(content.glob("*.yaml"))

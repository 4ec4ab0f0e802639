"""How much of what must be recognised triage recognises, and how often it sees what is not there.

Missing somebody who is hurt or who asks for a person is the worst outcome; a person too many costs a lawyer's minute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bots.intervals import Share
from bots.labels import Half
from bots.triage import Triage, triage
from bots.wordings import WORDINGS, Wording, load_wordings

# By the file that judges it: what of triage's findings counts.
RECOGNISED: Mapping[str, Callable[[Triage], bool]] = {
    "human_requests": lambda found: found.wants_person,
    "danger": lambda found: bool(found.dangers),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A wording, and whether triage recognised in it what its file is about."""

    wording: Wording
    recognised: bool

    @property
    def right(self) -> bool:
        """Whether that is as it should be."""
        return self.recognised is self.wording.triggers


def hear(name: str, *, folder: Path = WORDINGS) -> list[Heard]:
    """Every wording of the file `name` as triage heard it; raises `WordingsUnusable`."""
    recognised = RECOGNISED[name]
    return [Heard(one, recognised(triage(one.text))) for one in load_wordings(folder / f"{name}.yaml")]


def recall(heard: Iterable[Heard], *, half: Half | None = None) -> Share:
    """Of what must be recognised, what was."""
    return _recognised(heard, triggers=True, half=half)


def false_alarms(heard: Iterable[Heard], *, half: Half | None = None) -> Share:
    """Of what must not be recognised, what was all the same."""
    return _recognised(heard, triggers=False, half=half)


def by_kind(heard: Sequence[Heard]) -> dict[tuple[bool, str], Share]:
    """The share recognised, by whether it must be and in what way it is said."""
    kinds = dict.fromkeys((one.wording.triggers, one.wording.kind) for one in heard)
    return {kind: _share([one for one in heard if (one.wording.triggers, one.wording.kind) == kind]) for kind in kinds}


def _recognised(heard: Iterable[Heard], *, triggers: bool, half: Half | None) -> Share:
    return _share([one for one in heard if one.wording.triggers is triggers and half in (None, one.wording.half)])


def _share(heard: Sequence[Heard]) -> Share:
    return Share(sum(one.recognised for one in heard), len(heard))

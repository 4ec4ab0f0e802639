"""What the confidence of a Rasa model is fitted on: questions that a model was not trained on, asked of that model.

wordings and unanswerable questions ─▶ one in four held out ─▶ a model of the rest ─▶ asked ─▶ evidence, right or not
The curve so found goes into the model of everything. One fold and not all: each costs a training, and a quarter of
what there is fits five numbers well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bots.calibration import Curve, fit
from bots.faq import Entry
from bots.rasa import RasaClient
from bots.rasa_project import Taught, as_asked
from bots.rasa_reply import RasaEvidence

FOLDS = 4


@dataclass(frozen=True, slots=True)
class RasaLesson:
    """A held-out question, the entry it belongs to (None where nothing answers it), what was found for it."""

    question: str
    entry: str | None
    found: str
    evidence: RasaEvidence

    @property
    def right(self) -> bool:
        """Whether answering would have been right."""
        return self.entry == self.found


def without_held_out(entries: Sequence[Entry], unanswerable: Sequence[str], about: dict[str, object]) -> Taught:
    """What the model that is asked is taught."""
    wordings = [
        [question for at, question in enumerate(entry.questions) if not _held_out(at, deal=place)]
        for place, entry in enumerate(entries)
    ]
    others = [question for at, question in enumerate(unanswerable) if not _held_out(at, deal=0)]
    return Taught(entries, wordings, others, about)


def held_out(entries: Sequence[Entry], unanswerable: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """The questions it is asked, each with the entry it belongs to."""
    for place, entry in enumerate(entries):
        yield from ((one, entry.id) for at, one in enumerate(entry.questions) if _held_out(at, deal=place))
    yield from ((one, None) for at, one in enumerate(unanswerable) if _held_out(at, deal=0))


async def ask(client: RasaClient, questions: Sequence[tuple[str, str | None]]) -> list[RasaLesson]:
    """Every question asked; raises `EngineDown`."""
    lessons: list[RasaLesson] = []
    for question, entry in questions:
        if said := as_asked(question):
            reply = await client.parse(said)
            lessons.append(RasaLesson(question, entry, reply.entries[0], reply.evidence))
    return lessons


def curve_of(lessons: Sequence[RasaLesson]) -> Curve:
    """The curve that makes Rasa's numbers a probability."""
    return fit([one.evidence for one in lessons], [one.right for one in lessons])


def _held_out(at: int, *, deal: int) -> bool:
    """Dealt round, each entry from another place on, so that what is held out is of every kind."""
    return (at + deal) % FOLDS == 0

"""Whatever is written, repeated, refused, erased and rotated in whatever order: the log is gapless and verifies.

Each example is a life of a few interactions on one database; the model beside it is a plain list of what was
acknowledged. Examples share the database: each has residents of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions.clock import ManualClock
from interactions.database import Database, connect
from interactions.erasure import erase
from interactions.errors import HotlineError
from interactions.events import Closed, Flagged, NoteWritten, Queued, TurnSaid
from interactions.model import OPEN_STATES, By, State, Urgency
from interactions.record import Bundle, Draft, RepeatKey, drafts
from interactions.rotation import rotate
from interactions.sealing import KeyRing
from interactions.settings import DatabaseSettings
from interactions.verify import verify
from tests.rig.ground import KEYS, Ground

RINGS = {name: KeyRing(KEYS.masters, name, KEYS.index_key) for name in KEYS.masters}
WORDS = st.text(max_size=20)
STEPS = st.one_of(
    st.tuples(st.just("say"), st.integers(0, 2), WORDS, st.none() | st.integers(0, 3)),
    st.tuples(st.just("note"), st.integers(0, 2), WORDS),
    st.tuples(st.just("flag"), st.integers(0, 2), st.sampled_from(["labour", "family", "debt.private"])),
    st.tuples(st.just("several"), st.integers(0, 2), st.lists(WORDS, min_size=1, max_size=4)),
    st.tuples(st.just("queue"), st.integers(0, 2)),
    st.tuples(st.just("close"), st.integers(0, 2)),
    st.tuples(st.just("erase"), st.integers(0, 2)),
    st.tuples(st.just("rotate"), st.sampled_from(sorted(RINGS))),
)


@dataclass
class Life:
    """One interaction and what was acknowledged of it: seq to words (None: no turn)."""

    interaction_id: UUID
    said: dict[int, str | None] = field(default_factory=dict)
    erased: bool = False


@pytest.fixture
async def grounds(database: Database, postgres_url: str, clock: ManualClock) -> AsyncIterator[list[Ground]]:
    """Two processes on one database: neither knows what the other wrote last."""
    other = connect(postgres_url, settings=DatabaseSettings())
    yield [Ground.on(database, clock=clock), Ground.on(other, clock=clock)]
    await other.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(STEPS, min_size=1, max_size=5), max_size=6))
async def test_any_life_of_the_log_is_gapless_verifies_and_keeps_what_was_acknowledged(
    grounds: list[Ground], batches: list[list[tuple[object, ...]]]
) -> None:
    lives = [Life((await grounds[0].opened()).head.interaction_id) for _ in range(3)]

    for batch in batches:
        # At once, each on one process or the other: the order among them is anybody's.
        await asyncio.gather(*(_step(grounds[at % 2], lives, step) for at, step in enumerate(batch)))

    verdict = await verify(grounds[0].database, keys=KEYS)
    assert verdict.holds, verdict.violations[:5]
    for life in lives:
        await _check(grounds[1], life)


async def _step(ground: Ground, lives: Sequence[Life], step: tuple[object, ...]) -> None:
    verb, *rest = step
    if verb == "rotate":
        await rotate(ground.database, keys=RINGS[str(rest[0])])
        return
    life = lives[int(str(rest[0]))]
    # What is refused must have left no trace, which the check at the end proves.
    with contextlib.suppress(HotlineError):
        await _VERBS[str(verb)](ground, life, *rest[1:])


async def _say(ground: Ground, life: Life, text: str, client: int | None) -> None:
    key = None if client is None else RepeatKey(life.interaction_id, f"c{client}")
    said = drafts(Draft(TurnSaid(text=text), By.RESIDENT), only_in=OPEN_STATES)
    written = await ground.shared_commit.submit(Bundle(life.interaction_id, said, key))
    if not written.repeated:
        assert written.seq not in life.said
        life.said[written.seq] = text


async def _note(ground: Ground, life: Life, text: str) -> None:
    note = drafts(Draft(NoteWritten(text=text), By.LAWYER), only_in=frozenset(State))
    written = await ground.shared_commit.submit(Bundle(life.interaction_id, note))
    life.said[written.seq] = text


async def _flag(ground: Ground, life: Life, matter: str) -> None:
    flagged = Draft(Flagged(matter=matter), By.SYSTEM, changes={"matter": matter, "urgency": Urgency.PROTECTED})
    await _submit(ground, life, flagged)


async def _several(ground: Ground, life: Life, texts: list[str]) -> None:
    await _submit(ground, life, *(Draft(TurnSaid(text=text), By.RESIDENT) for text in texts), words=texts)


async def _queue(ground: Ground, life: Life) -> None:
    now = ground.clock.now()
    queued = Draft(Queued("asked"), By.SYSTEM, to=State.WAITING, changes={"waiting_since": now, "rank_at": now})
    await _submit(ground, life, queued, only_in=frozenset({State.WITH_BOT}))


async def _close(ground: Ground, life: Life) -> None:
    ended = {"closed_at": ground.clock.now()}
    await _submit(
        ground,
        life,
        Draft(Closed("idle"), By.SYSTEM, to=State.CLOSED, changes=ended),
        only_in=frozenset({State.WITH_BOT}),
    )


async def _erase(ground: Ground, life: Life) -> None:
    parts = {"log": ground.log, "clock": ground.clock, "reason": "request"}
    await erase(ground.database, interaction_id=life.interaction_id, **parts)  # type: ignore[arg-type]
    life.erased = True


async def _submit(
    ground: Ground,
    life: Life,
    *made: Draft,
    words: Sequence[str] = (),
    only_in: frozenset[State] = OPEN_STATES,
) -> None:
    written = await ground.shared_commit.submit(Bundle(life.interaction_id, drafts(*made, only_in=only_in)))
    life.said.update({written.seq + at: text for at, text in enumerate(words)})


_VERBS: dict[str, Callable[..., Awaitable[None]]] = {
    "say": _say,
    "note": _note,
    "flag": _flag,
    "several": _several,
    "queue": _queue,
    "close": _close,
    "erase": _erase,
}


async def _check(ground: Ground, life: Life) -> None:
    head, records = await ground.reader.read(life.interaction_id)
    assert [one.seq for one in records] == list(range(1, head.last_seq + 1))
    assert head.head == records[-1].hash
    assert head.matter == records[-1].matter
    moved = [one.to_state for one in records if one.to_state]
    assert head.state == (moved[-1] if moved else State.WITH_BOT)
    found = {one.seq: one.event.text for one in records[2:] if isinstance(one.event, TurnSaid | NoteWritten)}
    assert found == (dict.fromkeys(life.said) if life.erased else life.said)
    assert [one.kind for one in records].count("interaction.erased") == int(life.erased)

"""A comment that waited for an erasure to commit was sealed under the key that had just been erased: acknowledged, and
unreadable for ever. The head was read anew after the wait, the key beside it was not."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from interactions import erasure
from interactions.erasure import erase
from interactions.errors import Erased
from interactions.events import RatingGiven
from interactions.model import By, State
from interactions.record import Bundle, drafts
from interactions.record import Draft as NewEvent
from tests.integration.interactions.test_keys import closed
from tests.rig.ground import Ground
from tests.rig.waiting import until_found

AT_LOCK = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")


async def test_words_that_waited_for_an_erasure_are_refused(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    interaction_id = await closed(ground, "一")
    comment = RatingGiven(segment_id=str(interaction_id), score=5, comment="谢谢")
    said = Bundle(interaction_id, drafts(NewEvent(comment, By.RESIDENT), only_in=frozenset({State.CLOSED})))
    erased = erasure._forget
    waiting: list[asyncio.Task[object]] = []

    async def forget_while_somebody_waits(unit: object, *args: object, **named: object) -> None:
        waiting.append(asyncio.ensure_future(ground.shared_commit.submit(said)))
        await _until_somebody_waits(ground)
        await erased(unit, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(erasure, "_forget", forget_while_somebody_waits)
    await erase(ground.database, log=ground.log, clock=ground.clock, interaction_id=interaction_id, reason="request")

    with pytest.raises(Erased):
        await waiting[0]


async def _until_somebody_waits(ground: Ground) -> None:
    async def waits() -> bool:
        async with ground.database.read() as connection:
            return bool(await connection.scalar(AT_LOCK))

    await until_found(waits)

"""What the house counts about its boxes, and the alarm of a silent database, as Prometheus reads them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from interactions.inbound import Delivery, Inbound
from interactions.tables import inbound
from tests.rig.ground import KEYS
from tests.rig.house import running_house


async def test_what_is_stuck_and_what_waits_is_measured(postgres_url: str, redis_url: str) -> None:
    async with running_house(postgres_url, redis_url) as running:
        house = running.house
        store = Inbound(house.database, keys=KEYS, clock=house.clock)
        for key in ("open", "dead"):
            await store.store(Delivery("wechat", "official", key, b"x"))
        async with house.database.unit() as unit:
            is_dead = update(inbound).where(inbound.c.dedupe_key == "dead")
            await unit.connection.execute(is_dead.values(dead_at=house.clock.now()))
            earlier = house.clock.now() - timedelta(hours=1)
            await unit.connection.execute(update(inbound).values(received_at=earlier))

        await house.upkeep.measure_boxes()

        async with running.session.get(f"{running.url}/metrics") as answer:
            told = dict(line.rsplit(" ", 1) for line in (await answer.text()).splitlines() if line[0] != "#")
        assert told['hotline_inbound{state="open"}'] == told['hotline_inbound{state="dead"}'] == "1.0"
        assert told['hotline_outbox{state="dead"}'] == told['hotline_outbox{state="held"}'] == "0.0"
        assert 3600 <= float(told["hotline_inbound_oldest_seconds"]) < 3700
        assert told["hotline_database_silences_total"] == "0.0"

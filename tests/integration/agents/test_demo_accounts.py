"""Demo accounts: known, counted, and withdrawn for good before production."""

from __future__ import annotations

from agents.demo_roster import Demo, live_demo_accounts, seed_demo, withdraw_demo
from tests.integration.agents.house import House


async def test_withdrawn_demo_accounts_log_in_nowhere_and_seeding_does_not_bring_them_back(house: House) -> None:
    demo = Demo("hotline-demo")
    await seed_demo(house.database, passwords=house.passwords, clock=house.clock, demo=demo)
    assert await live_demo_accounts(house.database) == 18

    assert await withdraw_demo(house.database, clock=house.clock) == 18

    assert await live_demo_accounts(house.database) == 0
    assert await house.accounts.verify("seat01", password="hotline-demo") is None
    assert await seed_demo(house.database, passwords=house.passwords, clock=house.clock, demo=demo) == 0
    assert await live_demo_accounts(house.database) == 0

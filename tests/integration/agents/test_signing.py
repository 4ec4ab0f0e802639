"""Signing in with papers that hold, a little early, at the seat of the shift."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import update

from agents.errors import NoSeat, NotLicensed, SeatTaken
from interactions.tables import account
from tests.integration.agents.console_client import ConsoleClient, log_in
from tests.integration.agents.house import House
from tests.integration.agents.seat_rows import ends, seat_row, sittings

TODAY = date(2026, 11, 23)


async def papers(house: House, account_id: UUID, **dates: object) -> None:
    """Sets a lawyer's dates."""
    async with house.database.unit() as unit:
        await unit.connection.execute(update(account).where(account.c.account_id == account_id).values(dates))


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        ({"licence_until": None}, "没有登记执业证有效期"),
        ({"licence_until": TODAY - timedelta(days=1)}, "已过期"),
        ({"trained_on": None}, "没有登记培训日期"),
        ({"trained_on": TODAY - timedelta(days=366)}, "已超过 365 天"),
    ],
)
async def test_without_papers_that_hold_nobody_signs_in_and_is_told_what_to_do(
    house: House, client: TestClient[Any, Any], dates: dict[str, object], told: str
) -> None:
    lawyer = await house.add_lawyer("seat01", sits=False)
    await papers(house, lawyer.account_id, **dates)

    with pytest.raises(NotLicensed, match=told) as refused:
        await house.roster.sign_in(lawyer.account_id)
    assert "管理员" in refused.value.message
    async with ConsoleClient(client) as console:
        welcome = await console.hello(await log_in(client, "seat01"))
        error = await console.until("error")
    assert (welcome["seat"], error["message"]) == (None, refused.value.message)


async def test_on_the_last_day_of_both_papers_a_lawyer_signs_in(house: House) -> None:
    lawyer = await house.add_lawyer("seat01", sits=False)
    await papers(house, lawyer.account_id, licence_until=TODAY, trained_on=TODAY - timedelta(days=365))

    assert (await house.roster.sign_in(lawyer.account_id)).code == "seat01"


async def test_papers_that_run_out_during_the_shift_end_no_work(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    await papers(house, lawyer.account_id, licence_until=TODAY)
    house.clock.advance(timedelta(hours=20))

    assert (await house.roster.sign_in(lawyer.account_id)).code == "seat01"


async def test_a_lawyer_may_sign_in_a_little_early_and_is_told_when(house: House) -> None:
    viewer = await house.add_account("lawyer")
    start = house.clock.now() + timedelta(hours=1)
    await house.add_shift(viewer.account_id, await house.add_seat("seat01"), starts_at=start)

    house.clock.advance(timedelta(minutes=44))
    with pytest.raises(NoSeat, match="您的下一班是 11月23日 周一 10:00（seat01 坐席），开始前 15 分钟可以签入"):
        await house.roster.sign_in(viewer.account_id)
    house.clock.advance(timedelta(minutes=1))
    assert (await house.roster.sign_in(viewer.account_id)).code == "seat01"


async def test_who_comes_early_waits_for_the_one_still_on_shift(house: House) -> None:
    before = await house.add_lawyer("before")
    await ends(house, timedelta(minutes=10))
    after = await house.add_account("after")
    await house.add_shift(after.account_id, before.seat_id, starts_at=house.clock.now() + timedelta(minutes=10))

    with pytest.raises(SeatTaken):
        await house.roster.sign_in(after.account_id)
    house.clock.advance(timedelta(minutes=10))
    assert (await house.roster.sign_in(after.account_id)).seat_id == before.seat_id
    first, second = await sittings(house)
    assert (first.how, second.account_id, second.ended_at) == ("taken_over", after.account_id, None)


async def test_a_lawyer_moves_to_the_seat_of_the_next_shift_once_the_hands_are_empty(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    await ends(house, timedelta(hours=1))
    other = await house.add_seat("seat02")
    await house.add_shift(lawyer.account_id, other, starts_at=house.clock.now() + timedelta(hours=1))
    house.clock.advance(timedelta(hours=1))

    assert (await house.roster.sign_in(lawyer.account_id)).code == "seat01"
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    await house.wrap_up(head, lawyer)
    assert (await house.roster.sign_in(lawyer.account_id)).code == "seat02"
    assert (await seat_row(house, lawyer)).status == "signed_out"

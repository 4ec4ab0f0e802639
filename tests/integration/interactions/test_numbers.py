"""The number told to a resident: by day, as they were given, wider where a day has more than six digits hold."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from tests.rig.ground import Ground

_GIVEN_SO_FAR = text("insert into number_day (day, last) values (:day, :last)")


async def test_they_read_by_day_and_count(ground: Ground) -> None:
    numbers = [(await ground.opened()).head.number for _ in range(2)]

    today = f"{ground.clock.now().astimezone(ZoneInfo('Asia/Shanghai')):%Y%m%d}"
    assert numbers == [f"{today}-000001", f"{today}-000002"]


@pytest.mark.parametrize(("last", "follows"), [(16, "000017"), (999_998, "999999"), (999_999, "1000000")])
async def test_they_go_on_from_the_last_one_of_the_day(ground: Ground, last: int, follows: str) -> None:
    today = ground.clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    async with ground.database.unit() as unit:
        await unit.connection.execute(_GIVEN_SO_FAR, {"day": today, "last": last})

    assert (await ground.opened()).head.number.endswith(f"-{follows}")

"""Role × scope × endpoint: who sees which interaction, on real rows, and who reads words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from agents.roles import RIGHTS, Right, Role, Scope, ScopeKind
from interactions.head import Head
from interactions.tables import audit
from tests.integration.agents.console_client import log_in
from tests.integration.agents.house import House

NANKAI, HEPING = "120104", "120101"
SCOPES = {
    "city": Scope(),
    "district": Scope(ScopeKind.DISTRICT, NANKAI),
    "street": Scope(ScopeKind.STREET, f"{NANKAI}/甲街道"),
    "firm": Scope(ScopeKind.FIRM, "甲所"),
}
# Which of the four interactions below each scope reaches; a lawyer's own ones whatever the scope.
REACH = {"city": "ABCD", "district": "AB", "street": "A", "firm": "AC"}
OWN = "BD"


@dataclass(frozen=True, slots=True)
class City:
    """Interactions A to D and what belongs to them.

    A: Nankai, street 甲, served by firm 甲.   B: Nankai, street 乙, served by the lawyer who looks.
    C: Heping, street 甲, served by firm 甲.   D: unknown place, on offer to the lawyer who looks.
    """

    heads: dict[str, Head]


async def _city(house: House, role: Role, scope: Scope) -> City:
    viewer = await house.add_lawyer("looks") if role is Role.LAWYER else None
    if viewer is None:
        await house.add_account("looks", role=role, scope=scope)
    of_firm = await house.add_lawyer("of_firm", firm="甲所")
    someone = viewer or await house.add_lawyer("someone", firm="乙所")
    heads = {name: await house.open(f"问题 {name}") for name in "ABCD"}
    await house.give(heads["A"], of_firm)
    await house.give(heads["B"], someone)
    await house.give(heads["C"], of_firm)
    await house.offer(heads["D"], someone)
    await house.move_to(heads["A"], district=NANKAI, street="甲街道")
    await house.move_to(heads["B"], district=NANKAI, street="乙街道")
    await house.move_to(heads["C"], district=HEPING, street="甲街道")
    return City(heads)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", Role)
async def test_each_role_reaches_exactly_its_scope_on_every_endpoint(
    house: House, client: TestClient[Any, Any], role: Role, scope: str
) -> None:
    city = await _city(house, role, SCOPES[scope])
    reach = OWN if role is Role.LAWYER else REACH[scope]
    bearer = {"Authorization": f"Bearer {await log_in(client, 'looks')}"}

    listed = await (await client.get("/api/interactions", headers=bearer)).json()
    ids = {item["interaction_id"] for item in listed["interactions"]}
    assert ids == {str(city.heads[name].interaction_id) for name in reach}
    assert "问题" not in str(listed)

    absent = await client.get(f"/api/interactions/{uuid4()}", headers=bearer)
    for name, head in city.heads.items():
        for key in (str(head.interaction_id), head.number):
            answer = await client.get(f"/api/interactions/{key}", headers=bearer)
            assert answer.status == (200 if name in reach else 404)
            if name not in reach:
                assert await answer.read() == await absent.read()
            else:
                words = f"问题 {name}" in str(await answer.json())
                assert words == (Right.READ_WORDS in RIGHTS[role])

    codes = await client.get("/api/codes", headers=bearer)
    assert codes.status == 200
    assert "matters" in await codes.json()


@pytest.mark.parametrize("path", ["/api/interactions", "/api/interactions/20261123-000001", "/api/codes"])
@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}, {"Cookie": "hotline_login=x"}]
)
async def test_without_a_login_every_endpoint_answers_401(
    client: TestClient[Any, Any], path: str, header: dict[str, str]
) -> None:
    answer = await client.get(path, headers=header)
    assert answer.status == 401
    assert (await answer.json())["code"] == "not_allowed"


async def test_every_look_at_words_by_anyone_but_the_serving_lawyer_is_audited(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    supervisor = await house.add_account("supervisor", role=Role.SUPERVISOR)
    analyst = await house.add_account("analyst", role=Role.ANALYST)
    head = await house.open()
    await house.give(head, lawyer)
    for name in ("seat01", "supervisor", "analyst"):
        bearer = {"Authorization": f"Bearer {await log_in(client, name)}"}
        assert (await client.get(f"/api/interactions/{head.number}", headers=bearer)).status == 200
        assert (await client.get(f"/api/interactions/{uuid4()}", headers=bearer)).status == 404
    async with house.database.read() as connection:
        (looked,) = (await connection.execute(select(audit))).all()
    assert (looked.account_id, looked.interaction_id) == (supervisor.account_id, head.interaction_id)
    assert analyst.account_id != supervisor.account_id


async def test_a_lawyer_who_served_earlier_still_reads_and_is_audited(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    await house.wrap_up(head, lawyer)
    bearer = {"Authorization": f"Bearer {await log_in(client, 'seat01')}"}
    assert (await client.get(f"/api/interactions/{head.number}", headers=bearer)).status == 200
    async with house.database.read() as connection:
        assert len((await connection.execute(select(audit))).all()) == 1


async def test_an_offer_that_ended_is_out_of_the_lawyers_reach(house: House, client: TestClient[Any, Any]) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    offer_id = await house.offer(head, lawyer)
    bearer = {"Authorization": f"Bearer {await log_in(client, 'seat01')}"}
    assert (await client.get(f"/api/interactions/{head.number}", headers=bearer)).status == 200
    await house.answers.decline(offer_id, seat_id=lawyer.seat_id, account_id=lawyer.account_id, reason="busy")
    assert (await client.get(f"/api/interactions/{head.number}", headers=bearer)).status == 404

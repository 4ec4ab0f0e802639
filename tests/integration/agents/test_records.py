"""Records and lists over HTTP: shapes, paging, filters, and parameters nobody well-meaning sends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp.test_utils import TestClient

from agents.roles import Role
from tests.integration.agents.console_client import log_in
from tests.integration.agents.house import House


@pytest.fixture
async def bearer(house: House, client: TestClient[Any, Any]) -> dict[str, str]:
    """A supervisor's login."""
    await house.add_account("supervisor", role=Role.SUPERVISOR)
    return {"Authorization": f"Bearer {await log_in(client, 'supervisor')}"}


async def test_a_record_holds_every_event_by_seq_with_its_words_and_its_hash(
    house: House, client: TestClient[Any, Any], bearer: dict[str, str]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open("老板拖欠工资")
    await house.give(head, lawyer)
    await house.serving.note(lawyer.server, interaction_id=head.interaction_id, text="备注")
    record = await (await client.get(f"/api/interactions/{head.number}", headers=bearer)).json()
    assert record["interaction"]["number"] == head.number
    assert record["interaction"]["state"] == "with_lawyer"
    assert record["interaction"]["opened_at"] == "2026-11-23T01:00:00Z"
    events = record["events"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert all({"kind", "at", "by", "body", "hash"} <= event.keys() for event in events)
    assert events[1]["body"]["text"] == "老板拖欠工资"
    assert events[-1]["body"]["text"] == "备注"
    assert all(len(bytes.fromhex(event["hash"])) == 32 for event in events)


async def test_that_another_lawyer_has_a_conflict_of_interest_is_for_supervisors(
    house: House, client: TestClient[Any, Any], bearer: dict[str, str]
) -> None:
    first, second = await house.add_lawyer("seat01"), await house.add_lawyer("seat02")
    head = await house.open()
    offer_id = await house.offer(head, first)
    await house.answers.decline(offer_id, seat_id=first.seat_id, account_id=first.account_id, reason="conflict")
    offer_id = await house.offers.make(head.interaction_id, seat_id=second.seat_id)
    await house.answers.accept(offer_id, seat_id=second.seat_id, account_id=second.account_id)
    theirs = {"Authorization": f"Bearer {await log_in(client, 'seat02')}"}

    told = [
        [one["body"] for one in (await (await client.get(path, headers=who)).json())["events"]]
        for path, who in ((f"/api/interactions/{head.number}", who) for who in (bearer, theirs))
    ]

    assert [one["reason"] for one in told[0] if one.get("how") == "declined"] == ["conflict"]
    assert [one.get("reason") for one in told[1] if one.get("how") == "declined"] == [None]
    assert "conflict" not in str(told[1])


async def test_pages_are_newest_first_and_hold_everything_once(
    house: House, client: TestClient[Any, Any], bearer: dict[str, str]
) -> None:
    numbers = []
    for _ in range(7):
        numbers.append((await house.open()).number)
        house.clock.advance(timedelta(seconds=1))
    seen: list[str] = []
    cursor = ""
    while True:
        path = f"/api/interactions?limit=3&cursor={cursor}"
        page = await (await client.get(path, headers=bearer)).json()
        seen += [item["number"] for item in page["interactions"]]
        await house.open()  # newer ones do not shift the pages to come
        if not page["cursor"]:
            break
        cursor = page["cursor"]
    assert seen == numbers[::-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2]),
        ("state=with_lawyer", [2]),
        ("state=with_bot", [0, 1]),
        ("matter=labour", [0, 1]),
        ("matter=labour.wages", [1]),
        ("district=120104", [0]),
        ("channel=web", [0, 1, 2]),
        ("from=2026-11-24", [1, 2]),
        ("to=2026-11-24T01:00:00Z", [0]),
        ("from=2026-11-24T09:00:00%2B08:00&to=2026-11-25T01:00:00Z", [1]),
        ("unknown=ignored&state=", [0, 1, 2]),
    ],
)
async def test_a_list_is_narrowed_by_each_filter(
    house: House, client: TestClient[Any, Any], bearer: dict[str, str], query: str, found: list[int]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    heads = []
    for facts in ({"matter": "labour", "district": "120104"}, {"matter": "labour.wages"}, {"matter": "family"}):
        heads.append(await house.open(**facts))
        house.clock.advance(timedelta(days=1))
    await house.give(heads[2], lawyer)
    fresh = {"Authorization": f"Bearer {await log_in(client, 'supervisor')}"}
    listed = await (await client.get(f"/api/interactions?{query}", headers=fresh)).json()
    assert [item["number"] for item in listed["interactions"]] == [heads[one].number for one in reversed(found)]
    assert bearer != fresh


HOSTILE = {
    "state": ["nope", "with_bot,closed", "\x00", "' or 1=1 --"],
    "matter": ["nope", "%", "labour.", "\x00"],
    "district": ["0", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")],
    "channel": ["sms", "x" * 201],
    "from": ["yesterday", "2026-13-01", "2026-11-23T01:00:00", "9999-99-99", "\x00"],
    "to": ["1", "2026-11-23T25:00:00Z", "x" * 500],
    "cursor": ["x", "!!!!", "a" * 22 + "\x00", "A" * 300],
    "limit": ["0", "-1", "101", "1e3", "٣", "9" * 40],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in HOSTILE.items() for value in values])
async def test_a_hostile_parameter_is_invalid_and_named(
    client: TestClient[Any, Any], bearer: dict[str, str], name: str, value: str
) -> None:
    answer = await client.get(f"/api/interactions?{name}={quote(value)}", headers=bearer)
    told = await answer.json()
    assert (answer.status, told["code"]) == (400, "invalid")
    assert told["message"].startswith(name)


async def test_a_parameter_given_twice_is_invalid(client: TestClient[Any, Any], bearer: dict[str, str]) -> None:
    answer = await client.get("/api/interactions?state=closed&state=waiting", headers=bearer)
    assert (await answer.json())["message"].startswith("state")


@pytest.mark.parametrize("key", ["1", "x" * 1_000, "20261123-1", "%00", "..%2F..", "20261123-000001'", "null"])
async def test_a_hostile_id_is_invalid_and_named(
    client: TestClient[Any, Any], bearer: dict[str, str], key: str
) -> None:
    answer = await client.get(f"/api/interactions/{key}", headers=bearer)
    assert answer.status == 400
    assert (await answer.json())["message"].startswith("id")

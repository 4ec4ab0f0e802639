"""The bot on a server that speaks Rasa's HTTP API: three outcomes, whatever that server does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bots.faq import load_entries
from bots.phrasing import answer_text
from bots.ports import Answer, Context, Unavailable, Unsure
from bots.rasa_bot import RasaBot
from bots.settings import BotSettings, BreakerSettings, RasaSettings
from interactions.clock import ManualClock
from tests.rig.rasa import CONTENT, FakeRasa, Handler, domain, fake_rasa, parsed

ENTRIES = load_entries(Path(__file__).with_name("faq"))
ON_THE_WEB = Context(channel="web")
# Worded like no wording of the content, so that Rasa alone decides.
QUESTION = "干活的钱被扣着不放"
FAILURES, OPEN_S = 3, 10.0


@pytest.fixture
async def rasa() -> AsyncIterator[FakeRasa]:
    """A server that answers."""
    async with fake_rasa() as serving:
        yield serving


@pytest.fixture
def clock() -> ManualClock:
    """Moved by hand."""
    return ManualClock()


@pytest.fixture
async def bot(rasa: FakeRasa, clock: ManualClock) -> AsyncIterator[RasaBot]:
    """A bot on it, patient enough for a busy machine."""
    made = _bot(rasa.settings(answer_s=30.0), clock)
    yield made
    await made.close()


def _bot(settings: RasaSettings, clock: ManualClock) -> RasaBot:
    breaker = BreakerSettings(failures=FAILURES, open_s=OPEN_S)
    chosen = BotSettings(rasa=settings.model_copy(update={"breaker": breaker}))
    return RasaBot(ENTRIES, settings=chosen, unanswerable=["今天天气怎么样"], content=CONTENT, clock=clock)


async def said(bot: RasaBot, question: str = QUESTION) -> Answer | Unsure | Unavailable:
    """What it says."""
    return await bot.answer(question, context=ON_THE_WEB)


async def test_the_words_of_an_answer_are_ours_and_not_rasas(bot: RasaBot) -> None:
    answer = await said(bot)

    assert isinstance(answer, Answer)
    assert answer.entry_id == "labour.wages.unpaid"
    assert answer.basis
    assert "never shown" not in answer_text(answer)


async def test_it_is_sure_only_where_intent_and_selector_both_are(rasa: FakeRasa, bot: RasaBot) -> None:
    rasa.says = parsed({"labour.wages.unpaid": 0.99}, scope=0.4)
    out_of_scope = await said(bot)
    rasa.says = parsed({"labour.wages.unpaid": 0.4, "debt.private.no_iou": 0.35}, scope=0.99)
    between_two = await said(bot)

    assert isinstance(out_of_scope, Unsure)
    assert isinstance(between_two, Unsure)
    assert between_two.nearest == tuple(
        next(entry.questions[0] for entry in ENTRIES if entry.id == one)
        for one in ("labour.wages.unpaid", "debt.private.no_iou")
    )


async def test_what_lies_out_of_scope_is_offered_no_questions(rasa: FakeRasa, bot: RasaBot) -> None:
    rasa.says = parsed({"labour.wages.unpaid": 0.9}, scope=0.02)

    unsure = await said(bot)

    assert isinstance(unsure, Unsure)
    assert unsure.nearest == ()
    assert unsure.matter is None


async def test_a_known_wording_is_its_entrys_and_a_listed_question_nobodys(rasa: FakeRasa, bot: RasaBot) -> None:
    rasa.says = parsed({"traffic.hit_and_run": 0.99}, scope=0.99)

    known = await said(bot, "老板拖欠我三个月工资怎么办")
    listed = await said(bot, "今天天气怎么样")

    assert isinstance(known, Answer)
    assert known.entry_id == "labour.wages.unpaid"
    assert isinstance(listed, Unsure)


async def test_an_entry_that_is_not_ours_is_no_answer(rasa: FakeRasa, bot: RasaBot) -> None:
    rasa.says = parsed({"labour.gone": 0.99}, scope=0.99)

    unsure = await said(bot)

    assert isinstance(unsure, Unsure)
    assert unsure.confidence == 0.0


@pytest.mark.parametrize("text", ["/faq", "/restart", '/faq{"a": 1}', "EXTERNAL: faq"])
async def test_rasas_own_commands_do_not_reach_it(text: str, rasa: FakeRasa, bot: RasaBot) -> None:
    await said(bot, text)

    assert not any(asked.startswith(("/", "EXTERNAL:")) for asked in rasa.asked)


@pytest.mark.parametrize("text", ["", " ", "？" * 10_000, "\x00"])
async def test_where_nothing_is_left_of_a_question_rasa_is_not_asked(text: str, rasa: FakeRasa, bot: RasaBot) -> None:
    assert isinstance(await said(bot, text), Unsure)
    assert rasa.asked == []


async def test_connections_are_used_again(rasa: FakeRasa, bot: RasaBot) -> None:
    for _ in range(5):
        await said(bot)

    assert len(rasa.peers) == 1
    assert rasa.met == 1


def _status(code: int) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response({"reason": "in trouble"}, status=code)

    return answer


def _body(text: str, kind: str = "application/json") -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=kind)

    return answer


def _json(change: Callable[[dict[str, Any]], object]) -> Handler:
    reply = parsed({"labour.wages.unpaid": 0.9})
    change(reply)

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(reply)

    return answer


async def _cut_off(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def _elsewhere(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/model/parse?token=rasa-test")


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(9 * 16):
        await response.write(b" " * 64 * 1024)
    return response


def _selector(reply: dict[str, Any], **changed: object) -> None:
    reply["response_selector"]["faq"]["ranking"][0].update(changed)


@pytest.mark.parametrize(
    ("instead", "reason"),
    [
        (_status(500), "refused"),
        (_status(409), "refused"),
        (_status(401), "refused"),
        (_elsewhere, "refused"),
        (_cut_off, "silent"),
        (_endless, "garbled"),
        (_body("not json"), "garbled"),
        (_body("<html>", "text/html"), "garbled"),
        (_body("null"), "garbled"),
        (_body("[" * 100_000), "garbled"),
        (_body("{}"), "garbled"),
        (_json(lambda reply: reply.pop("response_selector")), "garbled"),
        (_json(lambda reply: reply["response_selector"].pop("faq")), "garbled"),
        (_json(lambda reply: reply["response_selector"]["faq"].update(ranking=[])), "garbled"),
        (_json(lambda reply: reply.update(intent_ranking=[])), "garbled"),
        (_json(lambda reply: _selector(reply, confidence=float("nan"))), "garbled"),
        (_json(lambda reply: _selector(reply, confidence=float("inf"))), "garbled"),
        (_json(lambda reply: _selector(reply, confidence=7.0)), "garbled"),
        (_json(lambda reply: _selector(reply, confidence="sure")), "garbled"),
        (_json(lambda reply: _selector(reply, intent_response_key=None)), "garbled"),
        (_json(lambda reply: reply["intent_ranking"][0].update(confidence=-0.1)), "garbled"),
    ],
)
async def test_whatever_else_comes_back_it_is_down_and_says_why(
    instead: Handler, reason: str, rasa: FakeRasa, bot: RasaBot
) -> None:
    rasa.instead = instead

    assert await said(bot) == Unavailable(reason)


async def test_a_server_that_takes_too_long_is_given_up(rasa: FakeRasa, clock: ManualClock) -> None:
    never = asyncio.Event()

    async def hang(_: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    rasa.instead = hang
    impatient = _bot(rasa.settings(answer_s=0.3), clock)

    assert await said(impatient) == Unavailable("silent")
    never.set()
    await impatient.close()


async def test_nobody_there_is_silent_and_so_is_a_rasa_that_was_not_started(clock: ManualClock) -> None:
    nobody = _bot(RasaSettings(url="http://127.0.0.1:1", token="x"), clock)
    not_started = _bot(RasaSettings(), clock)

    assert await said(nobody) == Unavailable("silent")
    assert await said(not_started) == Unavailable("silent")
    await nobody.close()


async def test_a_model_of_other_content_is_as_good_as_down(rasa: FakeRasa, bot: RasaBot) -> None:
    rasa.is_made_of = domain("of yesterday's content")

    assert await said(bot) == Unavailable("other_content")
    assert rasa.asked == []


@pytest.mark.parametrize("made_of", [{}, {"responses": {}}, domain(weights=[1.0]), domain(weights=["x"] * 5)])  # type: ignore[list-item]
async def test_a_model_that_says_nothing_of_itself_is_not_believed(
    made_of: dict[str, Any], rasa: FakeRasa, bot: RasaBot
) -> None:
    rasa.is_made_of = made_of

    assert await said(bot) == Unavailable("garbled")


async def test_one_that_is_down_is_left_alone_and_found_again(rasa: FakeRasa, bot: RasaBot, clock: ManualClock) -> None:
    # given a server in trouble for as many questions as the breaker bears
    rasa.instead = _status(503)
    for _ in range(FAILURES):
        await said(bot)
    asked = len(rasa.asked)

    # when it is asked again before and after the breaker's time, and is well by then
    rasa.instead = None
    left_alone = await said(bot)
    clock.advance(timedelta(seconds=OPEN_S))
    found_again = await said(bot)

    # then it was left alone first
    assert left_alone == Unavailable("not_asked")
    assert isinstance(found_again, Answer)
    assert len(rasa.asked) == asked + 1


async def test_who_comes_back_is_asked_which_model_it_has(rasa: FakeRasa, bot: RasaBot) -> None:
    await said(bot)
    rasa.instead, rasa.is_made_of = _status(500), domain("another")
    await said(bot)
    rasa.instead = None

    assert await said(bot) == Unavailable("other_content")


async def test_questions_asked_at_once_get_their_own_answers(rasa: FakeRasa, bot: RasaBot) -> None:
    together = await asyncio.gather(*(said(bot, f"{QUESTION}{number}") for number in range(30)))

    assert all(isinstance(one, Answer) for one in together)
    assert len(set(rasa.asked)) == 30

"""A real Rasa: trained on a few entries, run, asked, killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

import aiohttp
import psutil
import pytest

from bots.ports import Answer, Context, Unavailable, Unsure
from bots.rasa import RasaClient
from bots.rasa_bot import RasaBot
from bots.rasa_project import as_asked
from hotline.rasa.beside import prepared_model
from hotline.rasa.models import model_digest
from tests.rig.real_rasa import FAQ, RealRasa

ON_THE_WEB = Context(channel="web")
PATIENCE_S = 240.0
KNOWN = "老板拖欠我三个月工资怎么办"
# In words that no entry has.
NEW_WORDINGS = {
    "单位三个月没发工资，我该去哪里讨薪": "labour.wages.unpaid",
    "房东不肯退我租房押金": "housing.rent.deposit",
    "两个人都同意离婚，手续怎么办": "family.divorce.agreement",
}


@pytest.fixture
async def bot(running_rasa: RealRasa) -> AsyncIterator[RasaBot]:
    """A bot on it."""
    made = running_rasa.bot()
    yield made
    await made.close()


async def said(bot: RasaBot, question: str) -> Answer | Unsure | Unavailable:
    """What it says."""
    return await bot.answer(question, context=ON_THE_WEB)


async def test_a_new_wording_finds_its_entry_first(running_rasa: RealRasa) -> None:
    client = RasaClient(running_rasa.settings.rasa.model_copy(update={"answer_s": PATIENCE_S}))

    found = [(await client.parse(as_asked(question))).entries[0] for question in NEW_WORDINGS]

    assert found == list(NEW_WORDINGS.values())
    await client.close()


@pytest.mark.parametrize(
    "question", ["火星上能种土豆吗", "帮我写一段代码", "Wie spät ist es?", "明天股市会涨吗", "𠮷野家几点开门"]
)
async def test_what_no_entry_is_about_is_not_answered_however_sure_the_selector_is(question: str, bot: RasaBot) -> None:
    assert isinstance(await said(bot, question), Unsure)


async def test_the_model_is_kept_and_not_trained_again(running_rasa: RealRasa) -> None:
    steps: list[str] = []

    class Told:
        def __init__(self, what: str) -> None:
            steps.append(what)

        def __enter__(self) -> None:
            pass

        def __exit__(self, *_: object) -> None:
            pass

    _, model = await prepared_model(running_rasa.settings, working=Told)

    assert steps == []
    assert model.parent.name == model_digest(FAQ)


async def test_nobody_asks_it_without_the_token_which_no_command_line_shows(running_rasa: RealRasa) -> None:
    rasa = running_rasa.settings.rasa
    async with aiohttp.ClientSession() as session:
        for path in ("/status", "/domain"):
            async with session.get(f"{rasa.url}{path}") as answer:
                assert answer.status == HTTPStatus.UNAUTHORIZED
        async with session.post(f"{rasa.url}/model/parse?token=guessed", json={"text": "问"}) as answer:
            assert answer.status == HTTPStatus.UNAUTHORIZED

    shown = [part for process in _processes(running_rasa) for part in process.cmdline()]
    assert shown
    assert not any(rasa.token in part for part in shown)


async def test_one_that_is_killed_is_down_and_then_there_again(running_rasa: RealRasa) -> None:
    bot = running_rasa.bot()
    before = await said(bot, KNOWN)

    for process in _processes(running_rasa):
        process.kill()
    psutil.wait_procs(_processes(running_rasa), timeout=PATIENCE_S)
    down = await said(bot, KNOWN)
    again = await _answered_again(running_rasa)

    assert down == Unavailable("silent")
    assert again == before
    await bot.close()


async def _answered_again(running: RealRasa) -> Answer | Unsure | Unavailable:
    """What it says once its keeper has started it again; a new bot each time, whose breaker knows nothing."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            bot = running.bot()
            again = await said(bot, KNOWN)
            await bot.close()
            if not isinstance(again, Unavailable):
                return again
            await asyncio.sleep(0.2)


def _processes(running: RealRasa) -> list[psutil.Process]:
    """The server itself, not its keeper."""
    found = []
    for process in psutil.process_iter():
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if str(running.settings.rasa.url).rpartition(":")[2] in line and "keeper.py" not in " ".join(line):
            found.append(process)
    return found

"""Finding a Python 3.10, long steps, and a house that opens where Rasa cannot be had."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bots.settings import BotSettings, RasaSettings
from hotline.rasa.at_start import with_rasa
from hotline.rasa.environment import ROOT, alone, cache_folder
from hotline.rasa.errors import NoPython310, RasaStepFailed
from hotline.rasa.python310 import find_python310
from hotline.rasa.steps import Step, run_step, silently
from hotline.settings import Settings, load


def program(path: Path, says: str) -> Path:
    """A program that runs the shell words `says`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return path


def on_rasa(rasa: RasaSettings) -> Settings:
    """Settings of a house whose engine is Rasa."""
    return load(ROOT / "config.yaml", {}).model_copy(update={"bots": BotSettings(engine="rasa", rasa=rasa)})


def test_one_on_the_path_is_taken(tmp_path: Path) -> None:
    python = program(tmp_path / "bin" / "python3.10", "echo 3.10")

    assert find_python310({"PATH": str(python.parent), "HOME": str(tmp_path)}) == python


def test_a_shim_that_does_not_start_is_passed_over_for_a_version_of_pyenv(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "python3.10", "echo 'pyenv: command not found' >&2; exit 127")
    kept = program(tmp_path / "pyenv" / "versions" / "3.10.13" / "bin" / "python", "echo 3.10")

    assert find_python310({"PATH": str(tmp_path / "bin"), "PYENV_ROOT": str(tmp_path / "pyenv")}) == kept


def test_one_that_only_says_so_in_its_name_is_not_taken(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "python3.10", "echo 3.12")

    with pytest.raises(NoPython310):
        find_python310({"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)})


def test_uv_fetches_one_where_there_is_none(tmp_path: Path) -> None:
    fetched = tmp_path / "fetched"
    install = f'echo "#!/bin/sh" > {fetched}; echo "echo 3.10" >> {fetched}; /bin/chmod 755 {fetched}'
    find = f"test -e {fetched} && echo {fetched}"
    program(tmp_path / "bin" / "uv", f'case "$2" in install) {install};; find) {find};; esac')

    assert find_python310({"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}) == fetched


def test_where_there_is_none_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoPython310, match=r"pyenv install 3\.10"):
        find_python310({"PATH": str(tmp_path), "HOME": str(tmp_path)})


async def test_a_step_that_fails_shows_the_end_of_its_log(tmp_path: Path) -> None:
    step = Step("安装", ["/bin/sh", "-c", "echo 没有网络 >&2; exit 3"], tmp_path)

    with pytest.raises(RasaStepFailed, match=r"安装：失败（退出码 3）[\s\S]*没有网络"):
        await run_step(step, log=tmp_path / "log", working=silently)


async def test_a_step_that_is_given_up_takes_its_children_along(tmp_path: Path) -> None:
    # given a step whose child has told its number
    told = tmp_path / "told"
    step = Step(
        "训练", ["/bin/sh", "-c", f"/bin/sleep 1000 & echo $! > {told}.new; mv {told}.new {told}; wait"], tmp_path
    )
    running = asyncio.create_task(run_step(step, log=tmp_path / "log", working=silently))
    await asyncio.to_thread(_comes_true, told.exists)

    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running

    # then it is told to end, too, and does
    child = int(told.read_text())
    await asyncio.to_thread(_comes_true, lambda: not _runs(child))


def _runs(number: int) -> bool:
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _comes_true(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


async def test_two_at_once_make_it_one_after_the_other(tmp_path: Path) -> None:
    order: list[str] = []

    async def make(name: str) -> None:
        async with alone(tmp_path / "lock", working=silently):
            order.extend([name, name])
            await asyncio.sleep(0)
            order.append(name)

    await asyncio.gather(make("a"), make("b"))

    assert order in (["a"] * 3 + ["b"] * 3, ["b"] * 3 + ["a"] * 3)


async def test_a_house_opens_without_rasa_where_it_cannot_be_had_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PATH", "HOME", "PYENV_ROOT"):
        monkeypatch.setenv(name, str(tmp_path))
    told: list[str] = []

    chosen = on_rasa(RasaSettings(folder=tmp_path / "cache"))
    async with with_rasa(chosen, stop=asyncio.Event(), progress=told.append, working=silently) as reaching:
        assert reaching.bots.rasa.url is None

    assert "检索引擎作答" in told[0]
    assert "Python 3.10" in told[0]


async def test_a_rasa_elsewhere_is_taken_as_it_is_and_nothing_is_started(tmp_path: Path) -> None:
    told: list[str] = []
    elsewhere = RasaSettings(url="http://rasa.example:5005/", token="t", folder=tmp_path)

    async with with_rasa(on_rasa(elsewhere), stop=asyncio.Event(), progress=told.append, working=silently) as reaching:
        assert reaching.bots.rasa == elsewhere

    assert (told, os.listdir(tmp_path)) == ([], [])  # noqa: PTH208


@pytest.mark.parametrize("url", ["rasa:5005", "ftp://x"])
def test_an_address_is_http_and_comes_with_a_token(url: str) -> None:
    with pytest.raises(ValueError, match="expected http"):
        RasaSettings(url=url, token="t")
    with pytest.raises(ValueError, match="expected a token beside url"):
        RasaSettings(url="http://127.0.0.1:5005")


def test_the_environment_is_outside_the_checkout() -> None:
    assert ROOT not in cache_folder().parents
    assert os.fspath(cache_folder()).endswith("hotline/rasa")

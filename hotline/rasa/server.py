"""A Rasa server beside the house: on 127.0.0.1, under a token of its own, kept alive as long as we live.

free port, token ─▶ keeper ─▶ Rasa loads its model (20 s and more) ─▶ its model is asked of itself ─▶ ready
One that dies is started again by its keeper on the same port; until then, the bot's breaker is open.
"""

from __future__ import annotations

import secrets
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bots.errors import EngineDown
from bots.rasa import RasaClient
from bots.settings import RasaSettings
from hotline.embedded.kept_server import KeptServer, Recipe
from hotline.embedded.orphans import Remains
from hotline.rasa.steps import QUIETLY, Working

HOST = "127.0.0.1"
LAUNCH = Path(__file__).with_name("launch.py")
START_S, GRACE_S = 300.0, 10.0


@asynccontextmanager
async def rasa_server(
    python: Path, *, model: Path, home: Path, settings: RasaSettings, working: Working
) -> AsyncIterator[RasaSettings]:
    """Yields the settings of a client for it; raises `FolderInUse` or `ServerDidNotStart`. After it nothing runs.

    `home` is an absolute path: its log lies there.
    """
    port = settings.port or _free_port()
    # Never a number to whoever reads it as YAML.
    token = settings.token or f"rasa-{secrets.token_urlsafe(24)}"
    reached = settings.model_copy(update={"url": f"http://{HOST}:{port}", "token": token})
    server = KeptServer(Remains(program="python", home=home, work_folder=home))
    await server.claim()
    client = RasaClient(reached)
    try:
        with working("启动 Rasa，载入模型"):
            await server.start(_recipe(python, model=model, home=home, port=port, token=token, client=client))
        yield reached
    finally:
        await client.close()
        await server.stop()


def _recipe(python: Path, *, model: Path, home: Path, port: int, token: str, client: RasaClient) -> Recipe:
    async def answers() -> bool:
        try:
            await client.facts()
        except EngineDown:
            return False
        return True

    command = [str(python), str(LAUNCH), "run", "--enable-api", "-i", HOST, "-p", str(port), "-m", str(model)]
    return Recipe(
        command=command,
        stop_signal=signal.SIGTERM,
        answers=answers,
        sockets=home / "run",
        environ={**QUIETLY, "RASA_AUTH_TOKEN": token},
        grace_s=GRACE_S,
        start_s=START_S,
    )


def _free_port() -> int:
    """Free now; should somebody take it before Rasa does, the start fails and says so."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])

"""`hotline bots train` and `hotline bots serve`: Rasa from nothing, told step by step."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path
from typing import Annotated

import typer

from bots.settings import BotSettings
from hotline.rasa.beside import prepared_model, rasa_beside, rasa_folder
from hotline.rasa.environment import prepared_environment
from hotline.settings import load
from hotline.terminal import CONFIG, out, working


def train(
    to: Annotated[Path | None, typer.Option("--out", help="把模型另存为这个文件（例如给容器用）")] = None,
    environment: Annotated[bool, typer.Option("--environment", help="只备好 Rasa 的运行环境，不训练")] = False,
) -> None:
    """备好 Rasa 的 Python 3.10 环境，用问答内容训练；内容没变就用上次的模型。"""
    settings = load(CONFIG, os.environ).bots
    if environment:
        python = asyncio.run(prepared_environment(rasa_folder(settings), working=working))
        out.print(f"Rasa 环境 {python}", highlight=False, soft_wrap=True)
        return
    _, model = asyncio.run(prepared_model(settings, working=working))
    if to is not None:
        shutil.copyfile(model, to)
    out.print(f"Rasa 模型 {to or model}", highlight=False, soft_wrap=True)


def serve() -> None:
    """训练并单独运行 Rasa，Ctrl-C 停止；地址与令牌见输出，供 bots.rasa.url 与 bots.rasa.token。"""
    asyncio.run(_serve(load(CONFIG, os.environ).bots))


async def _serve(settings: BotSettings) -> None:
    ours = settings.model_copy(update={"rasa": settings.rasa.model_copy(update={"url": None})})
    async with rasa_beside(ours, home=rasa_folder(settings) / "server", working=working) as reached:
        out.print(f"Rasa 已就绪  {reached.url}", style="bold green", highlight=False)
        out.print(f"  HOTLINE_BOTS__RASA__URL={reached.url} HOTLINE_BOTS__RASA__TOKEN={reached.token}", highlight=False)
        out.print("  Ctrl-C 停止", style="dim")
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()

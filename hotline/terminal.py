"""What every command shares: where its settings are, where it writes, how it shows that long work goes on."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

CONFIG = Path("config.yaml")
out = Console()
err = Console(stderr=True)


def progress_bar() -> Progress:
    """A bar on standard error, so that what a command tells can be piped on."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=err
    )

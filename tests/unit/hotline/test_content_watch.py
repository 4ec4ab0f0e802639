"""Content that changes while the service runs."""

from __future__ import annotations

import os
from pathlib import Path

from bots.ports import Context, Unavailable
from bots.replies import Reply, ToPerson
from hotline.content_watch import ContentWatch, LiveTalker
from hotline.metrics import Metrics
from interactions.errors import Invalid


class Says:
    """A conversation that always says one thing."""

    def __init__(self, words: str) -> None:
        self._words = words

    async def reply(self, _: str, *, context: Context) -> Reply | ToPerson | Unavailable:
        """It."""
        return Reply("answer", f"{self._words} {context.channel}")


class House:
    """A watch over one file; `build` reads it, and breaks where it says so."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "faq" / "a.yaml"
        self.file.parent.mkdir()
        self.write("first")
        self.metrics = Metrics()
        self.live = LiveTalker(Says("first"))
        self.builds = 0
        self.watch = ContentWatch(
            self.live, files=self.file.parent, beside=folder / "changed.yaml", build=self.build, metrics=self.metrics
        )

    def write(self, words: str) -> None:
        """The file, with another time of change whatever the clock's grain."""
        at = self.file.stat().st_mtime_ns + 1_000_000 if self.file.exists() else 10**18
        self.file.write_text(words, encoding="utf-8")
        os.utime(self.file, ns=(at, at))

    def build(self) -> Says:
        """The conversation the file asks for."""
        self.builds += 1
        words = self.file.read_text(encoding="utf-8")
        if words == "broken":
            raise Invalid("broken")
        return Says(words)

    async def said(self) -> str:
        """What is answered now."""
        reply = await self.live.reply("?", context=Context("web"))
        assert isinstance(reply, Reply)
        return reply.text

    def alarm(self) -> float | None:
        """The gauge."""
        return self.metrics.registry.get_sample_value("hotline_content_broken")


async def test_what_changed_is_built_once_and_answers_from_then_on(tmp_path: Path) -> None:
    house = House(tmp_path)
    assert not await house.watch.look()
    house.write("second")

    assert await house.watch.look()
    assert not await house.watch.look()

    assert await house.said() == "second web"
    assert house.builds == 1


async def test_broken_content_keeps_the_old_with_an_alarm_until_it_is_mended(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.write("broken")

    assert not await house.watch.look()
    assert not await house.watch.look()
    assert (await house.said(), house.alarm(), house.builds) == ("first web", 1.0, 1)

    house.write("mended")
    assert await house.watch.look()
    assert (await house.said(), house.alarm()) == ("mended web", 0.0)


async def test_the_list_of_changed_statutes_is_watched_too(tmp_path: Path) -> None:
    house = House(tmp_path)
    (tmp_path / "changed.yaml").write_text("[]", encoding="utf-8")

    assert await house.watch.look()

"""A Rasa model of some content: trained once, then found by the digest of everything it was made of.

content, words, lock ─▶ digest ─┬─ kept ─▶ the model
                                └─ else, one process at a time:
    project of three quarters ─▶ train ─▶ serve ─▶ ask the held-out quarter ─▶ curve
    project of everything, with digest and curve ─▶ rasa data validate ─▶ train ─▶ kept
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bots.calibration import Curve
from bots.faq import Entry, load_entries
from bots.rasa import RasaClient
from bots.rasa_model import ModelFacts, content_digest
from bots.rasa_project import Taught, project
from bots.rasa_reply import WEIGHTS
from bots.retrieval import load_unanswerable
from bots.settings import RasaSettings
from hotline.rasa.environment import alone, lock_digest
from hotline.rasa.lessons import ask, curve_of, held_out, without_held_out
from hotline.rasa.server import rasa_server
from hotline.rasa.steps import Step, Working, run_step

NAME = "model.tar.gz"
LOG = "training.log"
LESSONS = Path(__file__).with_name("lessons.py")
# Loading and answering may be slow while much else goes on; nobody waits for these answers.
PATIENTLY = RasaSettings(answer_s=30.0)


@dataclass(frozen=True, slots=True)
class Content:
    """What a model is made of."""

    entries: Sequence[Entry]
    unanswerable: Sequence[str]
    digest: str

    @classmethod
    def of(cls, folder: Path) -> Content:
        """The content of `folder`; raises `ContentUnusable`."""
        return cls(load_entries(folder), load_unanswerable(), model_digest(folder))


def model_digest(content: Path) -> str:
    """What a model of the content in folder `content` must say it was made of."""
    return content_digest(content, also=lock_digest().encode() + LESSONS.read_bytes())


def kept_model(folder: Path, *, digest: str) -> Path | None:
    """The model of that digest; None where none is kept."""
    model = folder / "models" / digest / NAME
    return model if model.exists() else None


async def trained_model(python: Path, *, content: Content, folder: Path, working: Working) -> Path:
    """The model of `content`, trained where none is kept; raises `RasaStepFailed`, `ServerDidNotStart`."""
    if kept := kept_model(folder, digest=content.digest):
        return kept
    async with alone(folder / "models" / f"{content.digest}.lock", working=working):
        if kept := kept_model(folder, digest=content.digest):
            return kept
        with tempfile.TemporaryDirectory(prefix="rasa-", dir=folder / "models") as work:
            return await _Training(python, content, Path(work), folder, working).run()


@dataclass(frozen=True, slots=True)
class _Training:
    python: Path
    content: Content
    work: Path
    folder: Path
    working: Working

    async def run(self) -> Path:
        """Trains twice; what is kept is whole or not there."""
        curve = await self._curve()
        about = ModelFacts(self.content.digest, curve).as_payload()
        home = self._write("whole", Taught.everything(self.content.entries, self.content.unanswerable, about))
        await self._rasa("检查 Rasa 的训练数据", home, "data", "validate", "--data", "data")
        model = await self._train("训练 Rasa（2/2：全部问法）", home)
        return self._keep(model)

    async def _curve(self) -> Curve:
        """What Rasa's numbers are worth, from questions it was not taught."""
        entries, unanswerable = self.content.entries, self.content.unanswerable
        nothing = ModelFacts("held out", Curve((0.0,) * WEIGHTS)).as_payload()
        home = self._write("part", without_held_out(entries, unanswerable, nothing))
        model = await self._train("训练 Rasa（1/2：留出四分之一问法，用来校准把握）", home)
        asked = list(held_out(entries, unanswerable))
        server = rasa_server(
            self.python, model=model, home=(self.work / "server").absolute(), settings=PATIENTLY, working=self.working
        )
        async with server as reached:
            client = RasaClient(reached)
            try:
                with self.working(f"提问 {len(asked)} 个留出的问法"):
                    return curve_of(await ask(client, asked))
            finally:
                await client.close()

    def _write(self, name: str, taught: Taught) -> Path:
        home = self.work / name
        for path, text in project(taught).items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(text, encoding="utf-8")
        return home

    async def _train(self, what: str, home: Path) -> Path:
        await self._rasa(what, home, "train", "--data", "data", "--out", "models", "--fixed-model-name", "model")
        return home / "models" / NAME

    async def _rasa(self, what: str, home: Path, *arguments: str) -> None:
        command = [str(self.python), "-m", "rasa", *arguments, "--config", "config.yml", "--domain", "domain.yml"]
        await run_step(Step(what, command, home), log=self.folder / LOG, working=self.working)

    def _keep(self, model: Path) -> Path:
        kept = self.folder / "models" / self.content.digest
        shutil.rmtree(kept, ignore_errors=True)
        model.parent.rename(kept)
        return kept / NAME

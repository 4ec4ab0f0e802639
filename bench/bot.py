"""What the embedded engine costs with a thousand entries: time a question, memory, time to build.

The content is made larger by copies of itself under a permutation of its characters: as long, as repetitive, as close
to each other, but other words. Built in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from bench.figures import cpu_s_here, percentile
from bench.progress import Step
from bots.faq import Entry, load_entries
from bots.retrieval import RetrievalBot
from bots.settings import BotSettings

CONTENT = Path(__file__).parent.parent / "bots" / "faq"
ENTRIES = 1_000
ASKED = 2_000
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BotCost:
    """`rest_mb` and `peak_mb` are what the engine adds to a process that has read the content; times of one question.

    `cpu_ms` is the processor time of one question on average: what others do meanwhile does not count.
    """

    entries: int
    wordings: int
    build_s: float
    rest_mb: float
    peak_mb: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float

    def row(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


def run(*, step: Step) -> BotCost:
    """Builds the engine in a fresh process and asks it."""
    step(f"{ENTRIES:,} entries, {ASKED:,} questions", 0, 0)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured)


def enlarged(entries: Sequence[Entry], *, to: int) -> list[Entry]:
    """`entries` and permuted copies of them, `to` in all."""
    letters = sorted({letter for entry in entries for text in _texts(entry) for letter in text})
    found = list(entries[:to])
    for copy in range(1, -(-to // len(entries))):
        mixed = letters.copy()
        random.Random(copy).shuffle(mixed)
        table = str.maketrans("".join(letters), "".join(mixed))
        found += [_permuted(entry, table, copy) for entry in entries[: to - len(found)]]
    return found


def _texts(entry: Entry) -> list[str]:
    return [*entry.questions, entry.answer, entry.next_steps, entry.see_lawyer]


def _permuted(entry: Entry, table: dict[int, int], copy: int) -> Entry:
    changed = {name: getattr(entry, name).translate(table) for name in ("answer", "next_steps", "see_lawyer")}
    questions = tuple(one.translate(table) for one in entry.questions)
    return entry.model_copy(update={**changed, "id": f"{entry.id}.copy{copy}", "questions": questions})


def _questions(entries: Sequence[Entry]) -> list[str]:
    """Known wordings, every fourth a long story of four of them."""
    drawn = random.Random(1)
    known = [one for entry in entries for one in entry.questions]
    return ["，".join(drawn.sample(known, 1 if at % 4 else 4)) for at in range(ASKED)]


def _peak_rss() -> int:
    """Bytes; of this program alone, where `getrusage` would tell of the one that started it, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _measured() -> BotCost:
    entries = enlarged(load_entries(CONTENT), to=ENTRIES)
    questions = _questions(entries)
    process = psutil.Process()
    # Once before: a library's own dictionaries are read at its first use.
    RetrievalBot(entries[:2], settings=BotSettings()).decide("问")
    before, begun = process.memory_info().rss, time.perf_counter()
    bot = RetrievalBot(entries, settings=BotSettings())
    build_s, rest, peak = time.perf_counter() - begun, process.memory_info().rss, _peak_rss()
    spent, cpu = [], cpu_s_here()
    for question in questions:
        begun = time.perf_counter()
        bot.decide(question)
        spent.append((time.perf_counter() - begun) * 1e3)
    cpu_ms = (cpu_s_here() - cpu) / len(questions) * 1e3
    spent.sort()
    return BotCost(
        entries=len(entries),
        wordings=sum(len(entry.questions) for entry in entries),
        build_s=build_s,
        rest_mb=(rest - before) / MEGABYTE,
        peak_mb=(peak - before) / MEGABYTE,
        p50_ms=percentile(spent, 0.5),
        p99_ms=percentile(spent, 0.99),
        cpu_ms=cpu_ms,
    )

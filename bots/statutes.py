"""Whether every article that the content cites exists in a folder of statutes (Markdown, `**第N条**`).

A statute whose folder holds only its cover page, as that of some codes, proves nothing either way: its citations
are not judged, and `unproven` lists them for the lawyer who reviews.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from bots.faq import Entry, Problem

_TITLE = re.compile(r"^#\s*(.+?)\s*$", re.MULTILINE)
_ARTICLE = re.compile(r"\*\*(第[一二三四五六七八九十百千零]+条(?:之[一二三四五六七八九十]+)?)\*\*")


def check_citations(entries: Sequence[tuple[str, Entry]], *, statutes: Path) -> Iterator[Problem]:
    """A problem for each citation whose law or article is not in `statutes`."""
    articles = _articles(statutes)
    for file, entry in entries:
        for place, one in enumerate(entry.basis):
            known = articles.get(one.law)
            if known is None:
                yield Problem(file, entry.id, f"basis[{place}].law", f"no statute titled {one.law}")
            elif known and one.article not in known:
                yield Problem(file, entry.id, f"basis[{place}].article", f"{one.law} has no {one.article}")


def unproven(entries: Sequence[tuple[str, Entry]], *, statutes: Path) -> list[str]:
    """Titles of cited laws of which `statutes` holds no article."""
    articles = _articles(statutes)
    cited = {one.law for _, entry in entries for one in entry.basis}
    return sorted(law for law in cited if law in articles and not articles[law])


@cache
def _articles(statutes: Path) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for path in sorted(statutes.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        title = _TITLE.search(text)
        if title:
            name = re.sub(r"\s+", "", title.group(1))
            found[name] = found.get(name, frozenset()) | frozenset(_ARTICLE.findall(text))
    return found

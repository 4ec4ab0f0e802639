"""Several questions in one message, taken apart where each part asks something by itself.

"老板不发工资怎么办？我老婆还想离婚，孩子归谁？" ─▶ two parts, each with what was told before its question
"""

from __future__ import annotations

import re
from itertools import pairwise

from bots.normal import bare

MOST = 3
# A part with less than this is the end of the question before it: "…怎么办？急！"
SHORTEST = 4
# Longer than a message that lists questions: a story is asked whole.
LONGEST = 400
_ASKS = re.compile(
    r"吗|么|呢|怎么|怎样|咋|如何|什么|啥|多久|多少|多长|几天|几年|哪|谁|能不能|可不可以|是不是|有没有|要不要|该不该"
    r"|合法|违法|行不行|能否|是否|可否|为何|为什么|[?？]"
)
_MORE = r"还有|另外|其次|再问|还想问|还想咨询|顺便问"
_END = re.compile(
    rf"(?<=[?？\n；;。])|(?=(?:{_MORE}|第[二三四]个?(?:问题|[,，、:：]))|(?<![\d.])[2-5２-５][.．、)）](?!\d))"
)
_NUMBER = re.compile(
    r"^\s*(?:[（(]?[1-5１-５一二三四五][.．、)）](?!\d)|第[一二三四五]个?(?:问题)?(?:是)?[,，、:：]?)\s*"
)
_LINK = re.compile(rf"^\s*(?:{_MORE}|以及|然后)(?:就是|一下)?(?:一个(?:问题)?)?\s*[,，、:：]?\s*")


def questions(text: str) -> list[str]:
    """The questions of `text`, in order, each as it was said; one, the whole text, where it does not fall apart."""
    if not SHORTEST <= len(text) <= LONGEST:
        return [text]
    parts = [_trimmed(part) for part in _joined(_pieces(text))]
    return parts if len(parts) > 1 else [text]


def _pieces(text: str) -> list[str]:
    cuts = sorted({0, len(text), *(found.start() for found in _END.finditer(text))})
    return [text[start:end] for start, end in pairwise(cuts)]


def _joined(pieces: list[str]) -> list[str]:
    """Pieces that ask nothing go with the next question; after the last one, with that one."""
    parts: list[str] = []
    told = ""
    for piece in pieces:
        told += piece
        if _ASKS.search(piece) and len(bare(told)) >= SHORTEST:
            parts.append(told)
            told = ""
    if told and parts:
        parts[-1] += told
    return parts


def _trimmed(part: str) -> str:
    return _LINK.sub("", _NUMBER.sub("", part.strip())).strip()

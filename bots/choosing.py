"""Which of the offered questions is meant: "2", "第二个", "最后一个", or its words; or none of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bots.normal import bare
from bots.ports import Choice

_PLACES = {"一": 0, "二": 1, "三": 2, "两": 1, "1": 0, "2": 1, "3": 2, "①": 0, "②": 1, "③": 2, "a": 0, "b": 1, "c": 2}
_PLACE = re.compile(
    r"^(?:我?(?:想问|要问|问|选|要|是|就是|应该是)?的?(?:是)?)(?:第|选项|问题|序号|no)?([一二三两123①②③abc])"
    r"(?:个|条|项|种|号|那个|那条)?(?:问题)?(?:吧|的|呢|啊|对|谢谢|这个)*$"
)
_LAST = re.compile(r"^(?:我?(?:选|要|问|是)?)(?:最后|最下面|末尾)(?:的?[一那]?(?:个|条|项))?(?:问题)?(?:吧|的)?$")
_FIRST = re.compile(r"^(?:我?(?:选|要|问|是)?)(?:最?上面|最前面|头)(?:的?[一那]?(?:个|条|项))(?:问题)?(?:吧|的)?$")
_ONLY = re.compile(r"^(?:是|对|是的|对的|嗯|没错|就是这个|就这个|对就是这个)(?:啊|呀|呢|吧)?$")
_NONE = re.compile(
    r"^(?:(?:以上)?都?不是|(?:以上|这些|上面|哪个)?都(?:不是|不对|没有|不符合)|一个都不是|没有(?:一个是|我要的|我想问的)|不是这些?个?|不对)"
    r"(?:的|啊|呢|吧|呀|我(?:想|要)问的)*$"
)


def chosen(said: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice that `said` names by its place or by its words; None where it names none or there are none."""
    if not choices:
        return None
    words = bare(said)
    by_words = next((one for one in choices if bare(one.question) == words), None)
    if by_words is not None:
        return by_words
    at = _place(words, count=len(choices))
    return choices[at] if at is not None and at < len(choices) else None


def none_of_them(said: str, choices: Sequence[Choice]) -> bool:
    """Whether all that was offered is turned down, and nothing else said."""
    return bool(choices) and _NONE.match(bare(said)) is not None


def _place(words: str, *, count: int) -> int | None:
    if _LAST.match(words):
        return count - 1
    if _FIRST.match(words) or (count == 1 and _ONLY.match(words)):
        return 0
    found = _PLACE.match(words)
    return _PLACES[found.group(1)] if found else None

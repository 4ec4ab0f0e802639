"""Names of parties in one form, so that one name written two ways is one name (pure).

    words ─▶ single names (、；line) ─▶ NFKC, lower case, letters and digits alone ─▶ titles, company forms off
                                                           nothing left that names anybody: None ◀──┘

A surname with a title (张先生) and a relation (前夫, 房东) name nobody: a rule built on them would keep lawyers from
people who have nothing to do with each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

SHORTEST = 2
_SEPARATORS = re.compile(r"[、;；\n]")
_TITLES = ("先生", "女士", "小姐", "太太", "老师", "经理", "总经理", "老板", "师傅", "律师", "医生", "大夫", "本人")
_FORMS = (
    "股份有限责任公司",
    "有限责任公司",
    "股份有限公司",
    "集团有限公司",
    "有限公司",
    "股份公司",
    "集团公司",
    "总公司",
    "公司",
    "集团",
    "companylimited",
    "coltd",
    "limited",
    "ltd",
    "llc",
    "inc",
    "corp",
)
_NOBODY = frozenset(
    [
        "对方",
        "不详",
        "未知",
        "不清楚",
        "不知道",
        "没有",
        "暂无",
        "本人",
        "自己",
        "老板",
        "单位",
        "雇主",
        "房东",
        "租客",
        "房客",
        "邻居",
        "楼上",
        "楼下",
        "丈夫",
        "老公",
        "妻子",
        "老婆",
        "爱人",
        "前夫",
        "前妻",
        "男友",
        "女友",
        "父亲",
        "母亲",
        "父母",
        "儿子",
        "女儿",
        "亲戚",
        "朋友",
        "同事",
        "物业",
        "开发商",
        "中介",
        "平台",
        "商家",
        "店家",
        "医院",
        "学校",
        "保险",
        "银行",
        "政府",
        "法院",
        "肇事者",
        "肇事司机",
        "司机",
        "unknown",
        "none",
    ]
)


def single_names(words: str) -> Iterator[str]:
    """The names in what was written, where several were."""
    return (one.strip() for one in _SEPARATORS.split(words) if one.strip())


def name_form(words: str) -> str | None:
    """The form by which a name is compared; None where the words name nobody."""
    letters = "".join(one for one in unicodedata.normalize("NFKC", words).casefold() if one.isalnum())
    if letters in _NOBODY:
        return None
    form = _without(_without(letters, _FORMS), _TITLES)
    return None if len(form) < SHORTEST or form in _NOBODY else form


def _without(letters: str, endings: tuple[str, ...]) -> str:
    """`letters` without the longest of the endings, where anything is left."""
    found = [one for one in endings if letters.endswith(one)]
    return letters[: -len(max(found, key=len))] if found else letters

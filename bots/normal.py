"""One form for words however they are typed: width, spaces, letter case, common traditional characters."""

from __future__ import annotations

import unicodedata

LONGEST = 4_000
# Traditional characters of the words we look for, not a conversion of the language.
_SIMPLE = str.maketrans(
    "轉個師話說給幫殺殘傷馬開庭審時過間後還離婚繼財產勞動資遲債務險車禍醫療詐騙貸強門處罰產權頭證據訴訟暴懷兒婦",
    "转个师话说给帮杀残伤马开庭审时过间后还离婚继财产劳动资迟债务险车祸医疗诈骗贷强门处罚产权头证据诉讼暴怀儿妇",
)


def normal(text: str) -> str:
    """NFKC, lower case, no white space or control characters; the middle of over-long texts is left out.

    Danger is as often named at the end of a long text as at its beginning, so both ends are kept.
    """
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + text[-LONGEST // 2 :]
    folded = unicodedata.normalize("NFKC", text).lower().translate(_SIMPLE)
    return "".join(char for char in folded if unicodedata.category(char)[0] not in "ZC")

"""Personal data in residents' words: masked before they are shown, refused before they become content."""

from __future__ import annotations

import re

_NUMBERS = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|1[3-9]\d{9}|0\d{2,3}[-－ ]?\d{7,8}|\d{12,19})(?!\d)")
_SURNAME = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻苏潘葛范彭鲁韦马方俞任袁柳史唐薛雷贺倪汤罗毕郝安常于时傅皮卞齐康伍余元顾孟黄穆萧尹姚邵汪祁毛狄米贝明戴宋庞熊纪舒屈项祝董梁杜阮蓝闵"
    "席季贾江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍万卢莫房干解应宗丁邓洪包石崔龚程邢裴陆荣翁曲段侯宁仇刘叶白蒲鄂赖乔闻翟谭姬申冉牛温庄晏柴瞿阎连习艾鱼向古易廖文欧聂晁敖辛简饶曾关游岳"
)
_TOLD = re.compile(rf"(?:我叫|名叫|名字是|名字叫|姓名[是为:：]?|本人叫|叫做)\s*[{_SURNAME}][\u4e00-\u9fff]{{1,2}}")
_TITLED = re.compile(rf"[{_SURNAME}][\u4e00-\u9fff]{{0,2}}(?:先生|女士|小姐|某某?)")


def personal(words: str) -> list[str]:
    """What in `words` looks like a number or a name of somebody; words of ours for each kind, never the data."""
    found = {"号码": _NUMBERS, "姓名": _TOLD, "称呼": _TITLED}
    return [kind for kind, pattern in found.items() if pattern.search(words)]


def masked(words: str) -> str:
    """`words` with such numbers and names taken out."""
    return _TITLED.sub("某人", _TOLD.sub("某人", _NUMBERS.sub("〔号码〕", words)))

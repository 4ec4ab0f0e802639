"""Numbers of mainland China that a person can be called back at, brought into one form. Pure.

    mobile    1 [3-9] + nine digits                          138 0000 0000, +86 138-0000-0000 ─▶ 13800000000
    landline  area code 010, 02x (8 digits), 0xxx (7 or 8)   (022) 2345 6789 转 801 ─▶ 022-23456789转801

From the numbering plan of telecommunications networks (电信网编号计划): area codes and lengths; other numbers are
refused with what is expected, never repeated.
"""

from __future__ import annotations

import re
import unicodedata

from interactions.errors import Invalid

_BETWEEN = re.compile(r"[\s\-‐-―().·]+")
_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=1\d{10}$))")
_EXTENSION = re.compile(r"(?:转|#|ext|x)", re.IGNORECASE)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(010|02\d)([2-8]\d{7})|(0[3-9]\d{2})([2-8]\d{6,7})")
WITHOUT_AREA = re.compile(r"[2-8]\d{6,7}")


def normalised(phone: str) -> str:
    """The number in its one form; raises `Invalid` naming the field and what is wrong with it."""
    number, extension = _parts(unicodedata.normalize("NFKC", phone))
    if not number.isascii() or not number.isdigit():
        raise Invalid("phone：请填写中国内地的手机号或带区号的固定电话，例如区号 022 加本地号码")
    if extension is not None and not re.fullmatch(r"[0-9]{1,6}", extension):
        raise Invalid("phone：分机号应为 1–6 位数字")
    form = _form(number)
    return form if extension is None else f"{form}转{extension}"


def _parts(phone: str) -> tuple[str, str | None]:
    number, *extension = _EXTENSION.split(_BETWEEN.sub("", phone), maxsplit=1)
    local = _COUNTRY.sub("", number)
    # +86 22 …: abroad the area code is said without its zero.
    if local != number and local and local[0] not in "01":
        local = f"0{local}"
    if local != number and re.fullmatch(r"10[2-8]\d{7}", local):
        local = f"0{local}"
    return local, extension[0] if extension else None


def _form(number: str) -> str:
    if _MOBILE.fullmatch(number):
        return number
    if landline := _LANDLINE.fullmatch(number):
        area, local = (one for one in landline.groups() if one)
        return f"{area}-{local}"
    if number.startswith("1") and len(number) > 6:
        raise Invalid("phone：手机号应为 1 开头的 11 位数字，请检查是否多写或少写")
    if WITHOUT_AREA.fullmatch(number):
        raise Invalid("phone：固定电话请带上区号，例如天津是 022")
    raise Invalid("phone：不是能回电的号码。请填写 11 位手机号，或区号加 7–8 位固定电话")

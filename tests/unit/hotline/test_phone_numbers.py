"""One number, one form; what cannot be called back is refused by the field, and never repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.phone_numbers import normalised
from interactions.errors import Invalid
from interactions.work import masked

AREAS = st.sampled_from(["010", "022", "021", "029"])
MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LOCAL = st.from_regex(r"[2-8][0-9]{7}", fullmatch=True)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("13800000000", "13800000000"),
        ("+86 138-0000-0000", "13800000000"),
        ("0086 138 0000 0000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("(022) 2000-0000", "022-20000000"),
        ("02220000000", "022-20000000"),
        ("+86 22 2000 0000", "022-20000000"),
        ("+86 10 20000000", "010-20000000"),
        ("0311-2000000", "0311-2000000"),
        ("022-20000000转801", "022-20000000转801"),
        ("022 20000000 ext. 801", "022-20000000转801"),
    ],
)
def test_the_ways_people_write_a_number_come_to_one_form(written: str, form: str) -> None:
    assert normalised(written) == form
    assert normalised(form) == form


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1380000000", "11 位"),
        ("138000000000", "11 位"),
        ("12800000000", "11 位"),
        ("20000000", "区号"),
        ("110", "不是能回电"),
        ("12348", "不是能回电"),
        ("4008000000", "不是能回电"),
        ("+1 202 555 0100", "中国内地"),
        ("abc", "中国内地"),
        ("", "中国内地"),
        ("022-20000000转", "分机"),
        ("022-20000000转1234567", "分机"),
        ("'; drop table seat", "中国内地"),
        ("٠٢٢٢٠٠٠٠٠٠٠", "中国内地"),
    ],
)
def test_what_cannot_be_called_is_refused_and_not_repeated(written: str, told: str) -> None:
    with pytest.raises(Invalid, match=told) as refused:
        normalised(written)

    assert refused.value.message.startswith("phone：")
    assert written not in refused.value.message or len(written) < 6


@given(MOBILE | st.builds(lambda area, local: f"{area}{local}", AREAS, LOCAL), st.sampled_from(["", "+86", "0086"]))
def test_blanks_and_country_codes_change_nothing(number: str, country: str) -> None:
    plain = normalised(number)
    abroad = number.removeprefix("0") if country else number

    assert normalised(country + " ".join(abroad)) == plain


@given(st.text(max_size=40))
def test_whatever_is_written_it_is_a_number_or_a_refusal(written: str) -> None:
    try:
        form = normalised(written)
    except Invalid:
        return
    assert normalised(form) == form
    assert masked(form) != form


@given(MOBILE)
def test_a_masked_number_shows_seven_of_eleven_digits(number: str) -> None:
    assert masked(number) == f"{number[:3]}****{number[-4:]}"


def test_a_masked_extension_is_hidden_and_nothing_stays_nothing() -> None:
    assert masked("022-20000000转801") == "022****0000转***"
    assert masked(None) is None

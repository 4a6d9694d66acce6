import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhucan.core.divisions import (
    InvalidDivision,
    Level,
    ancestors,
    county_of,
    level_of,
    normalise_code,
    parent_code,
    prefix,
    within,
)

groups = st.tuples(st.just("33"), st.just("04"), st.integers(1, 99), st.integers(1, 999), st.integers(1, 999))
villages = groups.map(lambda g: f"{g[0]}{g[1]}{g[2]:02d}{g[3]:03d}{g[4]:03d}")


@pytest.mark.parametrize("written", ["330499", "330499000", "330499000000", " 330499 ", "３３０４９９"])
def test_a_code_is_written_in_twelve_digits(written):
    assert normalise_code(written) == "330499000000"


@pytest.mark.parametrize("written", ["33049", "3304990", "33049A", "3304990000000", "示例县", "000000"])
def test_what_is_no_code_is_refused(written):
    with pytest.raises(InvalidDivision, match="不是区划代码；请填写"):
        normalise_code(written)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("", Level.NATION),
        ("33", Level.PROVINCE),
        ("330400", Level.CITY),
        ("330499", Level.COUNTY),
        ("330499100", Level.TOWNSHIP),
        ("330499100200", Level.VILLAGE),
    ],
)
def test_the_level_is_read_from_the_zeros(code, level):
    assert level_of(code) is level
    assert level.label


def test_the_way_up_ends_with_the_nation():
    assert ancestors("330499100200") == ("330499100000", "330499000000", "330400000000", "330000000000", "")
    assert ancestors("") == ()
    assert parent_code("330000") == ""
    assert parent_code("") is None


def test_a_township_straight_under_a_city_skips_the_county():
    assert ancestors("441900003") == ("441900000000", "440000000000", "")
    assert county_of("441900003000") == "441900000000"


def test_a_place_above_counties_lies_in_no_county():
    for code in ("330400", "330000", ""):
        with pytest.raises(InvalidDivision, match="请选择县级或以下"):
            county_of(code)


def test_two_counties_are_not_within_each_other():
    assert within("330499001002", "330499")
    assert within("330499", "330499")
    assert within("330499", "")
    assert not within("330498001002", "330499")
    assert not within("", "330499")


@given(villages)
def test_a_division_lies_within_every_ancestor_and_no_ancestor_within_it(code):
    assert county_of(code) == code[:6] + "000000"
    for above in ancestors(code):
        assert within(code, above)
        assert not within(above, code)
        assert code.startswith(prefix(above))
    assert parent_code(code) == ancestors(code)[0]

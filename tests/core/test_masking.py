import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhucan.core import masking


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张*"), ("王小明", "王*明"), ("欧阳小雨", "欧**雨"), ("张 三", "张*"), ("张", "*"), ("", "")],
)
def test_RR_E11_names(name, shown):
    assert masking.name(name) == shown


def test_RR_E12_certificate_numbers_hide_kind_and_grade():
    assert masking.certificate("330499196002290011" + "41") == "330***********0011**"
    assert masking.certificate("33049919600229001141B2") == "330***********0011**B2"


@pytest.mark.parametrize(("name", "shown"), [("李明", "李**"), ("李小明", "李**"), ("欧阳小雨", "欧**"), ("", "")])
def test_RR_34_minors_in_publicity(name, shown):
    assert masking.minor_name(name) == shown


def test_RR_34_numbers():
    assert masking.resident_id("330499196002290011") == "330***********0011"
    assert masking.phone("13812345678") == "138****5678"
    assert masking.phone("0573-82345678") == "057****5678"
    assert masking.card("6222021234561234") == "**** **** **** 1234"


@pytest.mark.parametrize("mask", [masking.resident_id, masking.certificate, masking.phone, masking.card])
def test_what_is_too_short_to_mask_is_hidden_altogether(mask):
    assert mask("1234567") == "*" * 7
    assert mask("") == ""


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("示例县示例镇新民村12组34号", "示例县示例镇新民村"),
        ("示例县城东街道和平社区3幢501室", "示例县城东街道和平社区"),
        ("浙江省嘉兴市示例县东乡新民村村民委员会旁", "浙江省嘉兴市示例县东乡新民村"),
        ("示例县新村街道幸福村社区新村小区5幢", "示例县新村街道幸福村社区"),
        ("示例县示例镇人民路5号阳光小区2幢", "示例县示例镇"),
        ("示例县人民路5号", "示例县"),
        ("桐乡市某某镇幸福路1号", "桐乡市某某镇"),
        ("镇江市某区某某镇某村3号", "镇江市某区某某镇某村"),
        ("人民路5号2幢301室", "***"),
        ("", ""),
    ],
)
def test_RR_34_addresses_end_at_the_village(address, shown):
    assert masking.address(address) == shown


@given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
def test_a_mask_keeps_the_length_and_the_birth_date_to_itself(number):
    shown = masking.resident_id(number)

    assert len(shown) == len(number)
    assert shown[3:14] == "*" * 11

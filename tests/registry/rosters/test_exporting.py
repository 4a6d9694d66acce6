"""The export: what it holds, that reading it in again changes nothing, that nothing in it can run, who is told."""

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from tests.registry.rosters.conftest import DATA, HEAD, TODAY, Office, card, identity, line
from zhucan.core.errors import ZhucanError
from zhucan.orgs.clock import moment
from zhucan.orgs.models import AuditEntry, Division, User
from zhucan.registry import certificates, services, spells
from zhucan.registry.models import (
    Benefit,
    Certificate,
    CertificateComponent,
    Contact,
    Custody,
    Guardianship,
    Hardship,
    ImportBatch,
    Income,
    PayeeAccount,
    Person,
    Residence,
    Spell,
)
from zhucan.registry.rosters import exporting
from zhucan.registry.rosters.exporting import ExportRefused, ExportResult, export_people
from zhucan.registry.spells import Witness

TOLD = Witness(at=moment(TODAY), source="test")
FULL = (
    *HEAD,
    "住址",
    "联系电话",
    "监护人",
    "监护人关系",
    "监护人电话",
    "开户银行",
    "银行账号",
    "户名",
    "困难类型",
    "家庭人均月收入",
)
MORE = (
    "青石镇河湾村3组",
    "13800000001",
    "王大明",
    "父亲",
    "13900000002",
    "示例农商银行",
    "990000000000000001",
    "王大明",
    "低保",
    "1650.50",
)
SPELLS: tuple[type[Spell], ...] = (Residence, Contact, Guardianship, PayeeAccount, Hardship, Income, Certificate)


def exported(office: Office, name: str = "导出.xlsx", **options: Any) -> ExportResult:
    chosen = {"at": moment(TODAY), "by": None, "purpose": "年度核对", **options}
    return export_people(path=office.folder / name, **chosen)


def sheet(result: ExportResult) -> list[dict[str, str]]:
    rows = list(openpyxl.load_workbook(result.file).active.iter_rows(values_only=True))
    return [dict(zip(rows[2], row, strict=True)) for row in rows[3:]]


def believed() -> list[Any]:
    """Return all that is believed, by ID number and without keys and clocks of recording."""
    told: list[Any] = [(person.id_number, person.name, person.initials) for person in Person.objects.all()]
    for model in SPELLS:
        for spell in model._default_manager.filter(retracted_at=None).select_related("person"):
            values = {k: v for k, v in spells.values_of(spell).items() if k != "predecessor_id"}
            told.append((spell.person.id_number, model.__name__, sorted(values.items(), key=str)))
    parts = CertificateComponent.objects.filter(certificate__retracted_at=None)
    told += [(part.certificate.number, part.category, part.grade) for part in parts]
    return sorted(told, key=str)


def raw() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in (*SPELLS, Person, CertificateComponent)}


def forget() -> None:
    Certificate.objects.update(predecessor=None)
    CertificateComponent.objects.all().delete()
    for model in (*SPELLS, Custody, Benefit, Person):
        model._default_manager.all().delete()


# Round trip


def test_everything_that_the_import_takes_comes_out_under_the_header_that_it_reads(office: Office):
    office.certificate(*line(), *MORE, head=FULL)

    (row,) = sheet(exported(office))

    assert row == {
        "姓名": "王小明",
        "性别": "男",
        "出生日期": "1970-03-02",
        "身份证号": identity(1),
        "残疾人证号": card(1),
        "残疾类别": "肢体",
        "残疾等级": "二级",
        "发证日期": "2020-05-06",
        "有效期至": "2030-05-06",
        "县": "示例县",
        "乡镇（街道）": "青石镇",
        "村（社区）": "河湾村",
        "区划代码": None,
        "住址": "青石镇河湾村3组",
        "联系电话": "13800000001",
        "监护人": "王大明",
        "监护人关系": "父亲",
        "监护人电话": "13900000002",
        "开户银行": "示例农商银行",
        "银行账号": "990000000000000001",
        "户名": "王大明",
        "困难类型": "低保",
        "家庭人均月收入": "1650.50",
        "证件状态": "有效",
    }


def test_reading_the_export_in_again_changes_nothing(office: Office):
    office.take(DATA / "roster-a.xlsx", division="330499")
    before = raw()

    again = office.take(exported(office).file, at=moment(date(2026, 12, 20)))

    assert (again.new, again.corrected, again.rejected) == (0, 0, [])
    assert again.unchanged == Person.objects.count()
    assert raw() == before
    assert again.ignored == []


def test_an_empty_registry_is_filled_from_the_export_as_it_was(office: Office):
    office.take(DATA / "roster-a.xlsx", division="330499")
    before = believed()
    file = exported(office).file
    forget()

    office.take(file)

    assert believed() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"card": card(1, "multiple", 2), "category": "多重（视力二级、智力三级）"},
        {"card": card(1, "multiple", 2), "category": "多重"},
        {"card": card(1) + "B1"},
        {"expires": "长期"},
    ],
)
def test_odd_certificates_survive_the_round_trip(office: Office, changes: dict[str, str]):
    office.certificate(*line(**changes))
    before = believed()
    file = exported(office).file
    assert not office.take(file).changed
    forget()

    office.take(file)

    assert believed() == before


def test_what_was_told_with_blanks_and_marks_elsewhere_is_not_corrected_by_the_round_trip(office: Office):
    office.certificate(*line(), *MORE, head=FULL)
    person = Person.objects.get()
    services.set_contact(person=person, day=TODAY, phone="0573 82345678", address="青石镇 3 组", witness=TOLD)
    services.set_account(
        person=person, day=TODAY, bank="示例银行", number="990000000000000002", holder="某福利院", witness=TOLD
    )

    again = office.take(exported(office).file)

    assert (again.corrected, again.unchanged) == (0, 1)


def test_people_placed_above_a_village_come_out_with_the_code_and_go_in_again(office: Office):
    office.take(office.xlsx([HEAD[:7], line(1)[:7]]), division="330499101")
    office.take(office.xlsx([HEAD[:7], line(2, name="李四")[:7]], name="b.xlsx"), division="330499")
    before = believed()
    result = exported(office)
    assert [row["区划代码"] for row in sheet(result)] == ["330499000000", "330499101000"]
    assert not office.take(result.file).changed
    forget()

    office.take(result.file)

    assert believed() == before


def test_a_village_whose_name_is_not_enough_comes_out_with_its_code(office: Office):
    Division.objects.create(code="330499101299", name="河湾村", level="village", parent_id="330499101000")
    head = (*HEAD[:7], "区划代码")
    office.certificate(*line()[:7], "330499101299", head=head)

    result = exported(office)

    assert sheet(result)[0]["区划代码"] == "330499101299"
    assert not office.take(result.file).changed


def test_a_village_mended_beside_a_code_above_it_is_a_nearer_place(office: Office):
    office.take(office.xlsx([HEAD[:7], line()[:7]]), division="330499101")
    file = exported(office).file
    book = openpyxl.load_workbook(file)
    book.active["L4"].value = "上坪村"
    book.save(file)

    assert office.take(file).corrected == 1
    assert Residence.objects.get(retracted_at=None).division.name == "上坪村"


def test_a_village_that_does_not_lie_in_the_code_beside_it_comes_back(office: Office):
    head = (*HEAD, "区划代码")

    said = office.fault(*line(village="双井村"), "330499101201", head=head)

    assert said == "村：“双井村”不在区划代码 330499101201（河湾村）内；请核对，多余的一项请清空。"


# What is in it


def test_only_the_people_of_the_division_are_in_it(office: Office):
    office.take(office.xlsx([HEAD, line(1), line(2, name="李四", village="双井村")]))

    assert [row["姓名"] for row in sheet(exported(office, division="330499102"))] == ["李四"]


def test_the_dead_are_left_out_and_counted(office: Office):
    office.take(office.xlsx([HEAD, line(1), line(2, name="李四")]))
    services.record_death(person=Person.objects.get(name="李四"), day=TODAY, witness=TOLD)

    result = exported(office)

    assert (result.people, result.dead) == (1, 1)
    assert [row["姓名"] for row in sheet(result)] == ["王小明"]


def test_a_cancelled_certificate_leaves_only_its_status(office: Office):
    office.certificate(*line())
    certificates.cancel(person=Person.objects.get(), day=TODAY, reason="自愿", witness=TOLD)

    result = exported(office)
    row = sheet(result)[0]

    assert (row["残疾人证号"], row["残疾类别"], row["证件状态"]) == (None, None, "注销")
    assert not office.take(result.file).changed


def test_a_frozen_certificate_is_called_so(office: Office):
    office.certificate(*line())
    certificates.freeze(person=Person.objects.get(), day=TODAY, reason="未迁移", witness=TOLD)

    result = exported(office)

    assert sheet(result)[0]["证件状态"] == "冻结"
    assert not office.take(result.file).changed


def test_all_cells_are_texts_so_nothing_in_them_can_run(office: Office):
    evil = '=HYPERLINK("http://example.org","x")'
    office.certificate(*line())
    services.set_contact(person=Person.objects.get(), day=TODAY, phone="@SUM(A1)", address=evil, witness=TOLD)

    file = exported(office, purpose="=1+1 核对").file

    page = openpyxl.load_workbook(file).active
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert all(cell.hyperlink is None for cell in cells)
    assert page["N4"].value == evil


# Who is told


def test_the_sheet_and_the_audit_chain_say_who_what_for_and_how_many(office: Office):
    office.take(office.xlsx([HEAD, line()]))
    clerk = User.objects.create(username="clerk", full_name="钱经办")

    file = exported(office, by=clerk, division="330499", purpose="  报市残联 年度核对 ").file

    page = openpyxl.load_workbook(file).active
    assert page["A1"].value == "示例县残疾人花名册（1 人）"
    assert page["A2"].value == "导出：钱经办　2026-11-10 00:00　用途：报市残联 年度核对"
    entry = AuditEntry.objects.get(action="registry.export")
    assert (entry.actor, entry.target) == ("clerk", "330499000000")
    assert entry.detail == {"rows": 1, "purpose": "报市残联 年度核对", "file": "导出.xlsx"}


def test_the_file_is_readable_by_its_owner_alone(office: Office):
    office.take(office.xlsx([HEAD, line()]))

    assert exported(office).file.stat().st_mode & 0o077 == 0


# Refused


def _refused(office: Office, name: str = "导出.xlsx", **options: Any) -> str:
    with pytest.raises(ZhucanError) as caught:
        exported(office, name, **options)
    assert not AuditEntry.objects.exists()
    assert [path for path in office.folder.iterdir() if path.name != "有.xlsx"] == []
    assert "请" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("purpose", ["", "  ", "核", "核" * 101])
def test_an_export_without_a_purpose_is_refused(office: Office, purpose: str):
    assert "导出要写明用途" in _refused(office, purpose=purpose)


def test_a_purpose_with_somebodys_number_is_refused(office: Office):
    assert "不能含身份证号" in _refused(office, purpose=f"核对{identity(1)}")


def test_another_kind_of_file_is_refused(office: Office):
    assert "要以 .xlsx 结尾" in _refused(office, "导出.csv")


def test_a_file_that_is_there_is_not_overwritten(office: Office):
    (office.folder / "有.xlsx").write_text("x")

    assert "没有覆盖" in _refused(office, "有.xlsx")
    assert (office.folder / "有.xlsx").read_text() == "x"


def test_a_missing_folder_and_an_unknown_division_are_refused(office: Office):
    assert "没有文件夹" in _refused(office, "无/导出.xlsx")
    assert "没有区划代码 330497" in _refused(office, division="330497")


def test_when_the_file_cannot_be_written_nothing_is_left_or_logged(office: Office, monkeypatch: pytest.MonkeyPatch):
    def full(*args: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(exporting, "_write", full)

    assert "写不出来，没有导出" in _refused(office)


def test_more_people_than_the_import_takes_are_refused(office: Office, monkeypatch: pytest.MonkeyPatch):
    path = office.xlsx([HEAD, line(1), line(2, name="李四")])
    office.take(path)
    monkeypatch.setattr(exporting, "MAX_ROWS", 1)

    with pytest.raises(ExportRefused, match="按县分别导出"):
        exported(office)


def test_the_command_exports_and_refuses_in_one_sentence(office: Office):
    office.take(office.xlsx([HEAD, line()]))
    said, path = StringIO(), Path(office.folder / "出.xlsx")

    with pytest.raises(CommandError, match="请用 --purpose 说明"):
        call_command("export", "people", str(path))
    call_command("export", "people", str(path), "--purpose", "年度核对", stdout=said)

    assert said.getvalue().startswith(f"已导出 1 人到 {path}。")
    assert AuditEntry.objects.get(action="registry.export").actor == "cli-clerk"
    assert ImportBatch.objects.count() == 1

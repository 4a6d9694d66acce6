"""Class lists from files, and the commands."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from tests.community.conftest import Hall
from zhucan.community.importing import take_in
from zhucan.community.models import Activity, Participant
from zhucan.registry.models import ImportBatch

pytestmark = pytest.mark.django_db
DAY = date(2025, 5, 12)


def written(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_class_list_signs_up_and_tells_results_and_bad_rows_come_back_marked(hall: Hall, tmp_path: Path):
    ann, bob = hall.person(), hall.person()
    course = hall.hold("vocational", "电脑班", DAY, subject="computer", sessions=10)
    head = ("姓名", "身份证号", "到课次数", "考试结果", "证书编号", "证书等级")
    file = written(
        tmp_path / "名单.xlsx",
        head,
        (ann.name, ann.id_number, 9, "合格", "ZS-001", "初级"),
        (bob.name, bob.id_number, 11, "", "", ""),
        ("无此人", "330499199001010999", 1, "", "", ""),
    )
    taken = take_in(activity=course, path=file, **hall.told)

    assert (taken.rows, taken.new, len(taken.rejected)) == (3, 1, 2)
    row = Participant.objects.get()
    assert (row.person, row.attended, row.passed, row.number, row.level) == (ann, 9, True, "ZS-001", "初级")
    assert taken.marked is not None
    said = [str(cell.value) for line in openpyxl.load_workbook(taken.marked).active.iter_rows() for cell in line]
    assert any("多于" in text for text in said)
    assert not Participant.objects.filter(person=bob).exists()  # the row changed nothing

    again = take_in(
        activity=course, path=written(tmp_path / "二.xlsx", head, (bob.name, bob.id_number, 10, "不合格", "", ""), (ann.name, ann.id_number, 10, "", "", "")), **hall.told,
    )  # fmt: skip
    assert (again.new, again.told, again.rejected) == (1, 1, [])
    row.refresh_from_db()
    assert (row.attended, row.number) == (10, "ZS-001")
    assert ImportBatch.objects.filter(kind="activity").count() == 2


def test_a_list_of_relatives_and_of_workers(hall: Hall, tmp_path: Path):
    child = hall.person(born=date(2019, 4, 5))
    family = hall.hold("family", "家长培训", DAY)
    file = tmp_path / "家长.csv"
    file.write_text(
        f"身份证号,家属姓名,与本人关系,出勤次数,反馈\n{child.id_number},张母,母亲,1,很好\n{child.id_number},,,1,\n",
        "utf-8",
    )
    taken = take_in(activity=family, path=file, **hall.told)
    assert (taken.new, len(taken.rejected)) == (1, 1)
    assert Participant.objects.get().relative.name == "张母"

    staff = hall.hold("professional", "康复班", DAY, subject="therapy")
    taken = take_in(
        activity=staff,
        path=written(
            tmp_path / "人员.xlsx", ("姓名", "身份证号", "来自哪里", "到课次数"), (hall.therapist.name, "", "", 1),
            ("周远来", "", "邻县残联", 1),
        ),
        **hall.told,
    )  # fmt: skip
    assert (taken.new, taken.rejected) == (2, [])
    assert Participant.objects.get(who="guest").guest_name == "周远来"


def test_the_commands_hold_sign_up_note_and_show(hall: Hall, capsys: pytest.CaptureFixture[str]):
    ann, place = hall.person(), ("--division", "330499")
    call_command("activity", "programme", "万人培训", "--target", "10000", "--from", "2024-01-01", *place)
    call_command(
        "activity", "hold", "vocational", "电脑班", "--organiser", "县残联", "--from", "2025-05-12", "--subject", "computer",
        "--sessions", "10", "--cost", "8000", "--programme", "万人培训", *place,
    )  # fmt: skip
    course = Activity.objects.get()
    assert course.cost_fen == 800_000
    call_command("activity", "sign-up", str(course.pk), "--person", str(ann.pk), *place)
    row = Participant.objects.get()
    call_command("activity", "note", str(row.pk), "--attended", "9", "--passed", "yes", "--number", "ZS-1", *place)
    call_command("activity", "sign-up", str(course.pk), "--guest", "周远来", "--guest-from", "邻县", *place)
    assert Participant.objects.latest("pk").guest_from == "邻县"
    with pytest.raises(CommandError, match="只写一个"):
        call_command("activity", "sign-up", str(course.pk), "--guest", "周远来", "--person", str(ann.pk), *place)
    capsys.readouterr()
    call_command("activity", "show", str(course.pk), *place)
    call_command("activity", "programme", "万人培训", *place)
    call_command("activity", "list", "--year", "2025", *place)
    call_command("activity", "never", *place)
    said = capsys.readouterr().out
    assert "取证 1" in said
    assert "培训 1 人" in said
    assert "共 0 人" in said
    with pytest.raises(CommandError, match="没有编号"):
        call_command("activity", "show", str(course.pk), "--division", "330498")
    with pytest.raises(CommandError, match="只写一个"):
        call_command("activity", "sign-up", str(course.pk), *place)
    call_command("activity", "agree", "示例医院", "讲座", "--signed", "2025-01-01", *place)
    with pytest.raises(CommandError, match="没有登记“无此人”的人员"):
        call_command("activity", "sign-up", str(course.pk), "--worker", "无此人", *place)
    call_command("activity", "withdraw", str(row.pk), "--reason", "报错", *place)
    call_command("activity", "retract", str(course.pk), "--reason", "取消", *place)
    assert not Activity.objects.filter(retracted_at=None).exists()

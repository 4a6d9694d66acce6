"""A longer plan is loaded whole, and told by task and by department from the records."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.casework.conftest import Ward
from tests.casework.conftest import ward as ward
from zhucan.orgs.clock import now
from zhucan.planning.loading import load
from zhucan.planning.models import PlanItem
from zhucan.planning.services import PlanRefused

HEAD = "任务,年度,指标,目标值,责任部门\n"
ROWS = (
    "为4名肢体残疾人做康复训练,2025,physical-training-persons,4,残联\n"
    "训练1名听障儿童,2025,deaf-children-trained,1,残联\n"
    "筛查疑似儿童,2025,screened-suspected,2,卫生健康局\n"
    "开展宣传,2025,,,教育局\n"
    "为8名肢体残疾人做康复训练,2026,physical-training-persons,8,残联\n"
)
NAME = "康复与儿童残疾预防实施方案"


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "plan.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_s146_a_plans_tasks_are_told_against_the_records_by_task_and_department(
    ward: Ward, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for born in (date(1970, 3, 2), date(1980, 3, 2)):
        ward.serve(ward.office.person(born=born), "physical-training", "physical", ("2025-03-03",))
    ward.serve(
        ward.office.person(born=date(2019, 6, 1), category="hearing"),
        "hearing-speech-training",
        "hearing_speech",
        ("2025-03-03",),
    )
    path = written(tmp_path, HEAD + ROWS, "gb18030")
    call_command("plan", "load", str(path), "--programme", NAME, "--division", "330499", "--by", "clerk")
    capsys.readouterr()

    call_command("plan", "progress", "--division", "330499", "--year", "2025", "--programme", NAME)

    told = capsys.readouterr().out
    assert "为4名肢体残疾人做康复训练（残联）：2 人，目标 4.00，完成 50.0%" in told
    assert "训练1名听障儿童（残联）：1 人，目标 1.00，完成 100.0%" in told
    assert "残联：2 项，能判断 2 项，完成 1 项，完成率 50.0%" in told
    assert "卫生健康局：1 项，能判断 1 项，完成 0 项，完成率 0.0%" in told
    assert "教育局：1 项，能判断 0 项，完成 0 项，完成率 不明" in told
    assert "8名" not in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("任务,年度\n", "缺少列 指标、目标值、责任部门"),
        (HEAD, "里没有任务"),
        (HEAD + "甲,2025,,,\n乙,今年,,,残联\n", "(?s)第 2 行：没有写责任部门.*第 3 行：年度“今年”不对"),
        (HEAD + "甲,2025,no-such,3,残联\n", "第 2 行：没有指标 no-such"),
        (HEAD + "甲,2025,holders,,残联\n", "要么都写"),
        (HEAD + "甲,2025,,,残联\n甲,2025,,,残联\n", "第 3 行：“甲”2025 年已在"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_loaded(ward: Ward, tmp_path: Path, text: str, words: str):
    with pytest.raises(PlanRefused, match=words):
        load(written(tmp_path, text), division="330499", programme=NAME, at=now(), by=None)
    assert not PlanItem.objects.exists()

"""`zhucan facility`, as somebody types it."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.facilities.conftest import Places
from zhucan.facilities.models import Facility, Issue

pytestmark = pytest.mark.django_db


def _zhucan(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command("facility", *words, "--division", "330499")
    return capsys.readouterr().out.strip()


def test_a_school_is_entered_inspected_and_its_problem_solved(places: Places, capsys, tmp_path: Path):
    assert _zhucan(capsys, "add", "facility", "名称=示例学校", "种类=特殊教育学校").startswith("场所，编号 ")
    school = Facility.objects.get()
    assert _zhucan(capsys, "list", "--kind", "special_school") == f"{school.pk} 特殊教育学校 示例学校 示例县"

    _zhucan(capsys, "add", "issue", "内容=校车只有一辆", "种类=困难和问题", "责任单位=教育局", "发现（下达）日期=2025-03-02",
            "解决期限=2025-06-01", "--at", "示例学校")  # fmt: skip
    issue = Issue.objects.get()
    assert "示例学校：校车只有一辆，教育局，2025-06-01，已超期" in _zhucan(capsys, "issues")
    _zhucan(capsys, "refer", str(issue.pk), "--on", "2025-03-03")
    assert _zhucan(capsys, "settle", str(issue.pk), "--on", "2025-05-06", "--outcome", "新增一辆") == "已登记解决。"
    assert _zhucan(capsys, "issues") == ""

    standard = _zhucan(
        capsys, "add", "standard", "名称=示例标准", "对象=特殊教育学校", "级别=县级", "文件=示例文件", "达标分=8"
    )
    number = standard.rpartition(" ")[2].rstrip("。")
    _zhucan(capsys, "add", "criterion", "编号=1", "内容=有资源教室", "分值=10", "--standard", number)
    made = _zhucan(
        capsys,
        "add",
        "check",
        f"标准={number}",
        "方式=检查",
        "日期=2025-05-20",
        "检查单位或人员=县残联",
        "--at",
        "示例学校",
    )
    check = made.rpartition(" ")[2].rstrip("。")
    assert _zhucan(capsys, "score", check, "1=9:现场看过").startswith("得分 9")
    assert "示例学校：达标" in _zhucan(capsys, "standing", number)

    listed = tmp_path / "list.csv"
    listed.write_text("名称,种类\n甲幼儿园,康教结合幼儿园\n", encoding="utf-8")
    assert _zhucan(capsys, "import", str(listed), "--what", "facility") == "新登记 1 条，原来就有 0 条。"
    assert _zhucan(capsys, "import", str(listed), "--what", "facility") == "新登记 0 条，原来就有 1 条。"


def test_a_wrong_column_is_one_sentence_and_enters_nothing(places: Places, capsys):
    with pytest.raises((CommandError, SystemExit)):
        _zhucan(capsys, "add", "facility", "姓名=示例学校")
    assert not Facility.objects.exists()

"""A longer plan taken in from a table: its tasks with year, indicator, target and department; all of it or nothing."""

import csv
import io
from datetime import datetime
from pathlib import Path

from django.db import transaction

from zhucan.core.errors import ZhucanError
from zhucan.orgs.models import User
from zhucan.planning.models import PlanItem
from zhucan.planning.services import PlanRefused, add_plan_item, plan_items
from zhucan.registry.rosters.reading import decode

COLUMNS = ("任务", "年度", "指标", "目标值", "责任部门")
"""What the first line of the table names; an indicator goes by its id and may be left out together with its target."""
_LARGEST = 2 * 1024 * 1024


@transaction.atomic
def load(path: Path, *, division: str, programme: str, at: datetime, by: User | None) -> list[PlanItem]:
    """Take in the tasks of a plan from a CSV in UTF-8, UTF-16 or GB18030. Raises `PlanRefused` naming every wrong line.

    A task that the plan has for the year already is refused, so that loading twice changes nothing.
    """
    if not programme.strip():
        raise PlanRefused("没有写规划名称：请用 --programme 写明。")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PlanRefused(f"打不开 {path.name}：请核对文件。") from error
    text = decode(data) if len(data) <= _LARGEST else None
    if text is None:
        raise PlanRefused(f"{path.name} 不是文字表格，或超过 2 MB：请另存为 CSV。")
    rows = csv.DictReader(io.StringIO(text))
    lacking = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if lacking:
        raise PlanRefused(f"{path.name} 缺少列 {'、'.join(lacking)}：第一行应为 {'、'.join(COLUMNS)}。")
    made, wrong = [], []
    for line, row in enumerate(rows, start=2):
        said = {name: (row[name] or "").strip() for name in COLUMNS}
        if not any(said.values()):
            continue
        try:
            made.append(_task(said, division, programme.strip(), at, by))
        except ZhucanError as error:
            wrong.append(f"第 {line} 行：{error}")
    if wrong:
        raise PlanRefused("\n".join(wrong))
    if not made:
        raise PlanRefused(f"{path.name} 里没有任务：请核对。")
    return made


def _task(said: dict[str, str], division: str, programme: str, at: datetime, by: User | None) -> PlanItem:
    if not said["年度"].isdecimal():
        raise PlanRefused(f"年度“{said['年度']}”不对：请写四位数的年份。")
    if not said["责任部门"]:
        raise PlanRefused("没有写责任部门：请补上。")
    year = int(said["年度"])
    item = add_plan_item(
        division=division, year=year, text=said["任务"], indicator=said["指标"], target=said["目标值"], programme=programme,
        department=said["责任部门"], at=at, by=by,
    )  # fmt: skip
    if plan_items(division, year).filter(programme=programme, text=item.text).exclude(pk=item.pk).exists():
        raise PlanRefused(f"“{item.text}”{year} 年已在{programme}里：不用重复录入。")
    return item

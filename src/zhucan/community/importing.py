"""A class list taken in from a file: whoever is not signed up is, and what came of it is entered. All or nothing by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from zhucan.community.activities import ActivityRefused
from zhucan.community.kinds import STAGES, ActivityKind, Who, kind_of
from zhucan.community.models import Activity
from zhucan.community.participants import Entrant, enter
from zhucan.core.identifiers import InvalidNumber, certificate_number, resident_id
from zhucan.facilities.reading import EntryRefused, worker_named
from zhucan.orgs import audit
from zhucan.orgs.models import User
from zhucan.registry.crosschecks.kinds import ListKind
from zhucan.registry.models import ImportBatch, Person
from zhucan.registry.queries import people_in
from zhucan.registry.rosters import cells, marking
from zhucan.registry.rosters.cells import BadCell
from zhucan.registry.rosters.lines import Line, Lines
from zhucan.registry.rosters.reading import Sheet, read
from zhucan.registry.rosters.remarks import Remark, Row
from zhucan.registry.services import id_index

_YES = {"合格", "是", "通过", "学完", "完成", "及格"}
_NO = {"不合格", "否", "未通过", "没学完", "未完成", "不及格"}
_WORDS: Mapping[str, tuple[str, ...]] = {
    "family": ("家属姓名", "家长姓名", "家属"),
    "relation": ("关系", "与本人关系", "与残疾人关系"),
    "role": ("身份", "参加身份"),
    "guest_from": ("来自哪里", "来自", "来宾单位"),
    "event": ("比赛项目", "参赛项目", "项目"),
    "attended": ("到课次数", "出勤次数", "出勤", "到场次数", "参加次数"),
    "passed": ("考试结果", "考核结果", "是否合格", "是否完成", "结业情况"),
    "number": ("证书编号", "结业证书编号", "职业资格证书编号", "培训证书编号"),
    "level": ("证书等级", "等级证书", "技能等级"),
    "stage": ("成绩", "名次", "晋级情况"),
    "outcome": ("结果", "就业结果", "应聘结果"),
    "outcome_from": ("结果日期", "开店日期", "就业日期", "录用日期"),
    "feedback": ("反馈", "意见", "评价"),
    "finding": ("检查结果", "体检结果"),
}
COLUMNS = tuple(words[0] for words in _WORDS.values())
CLASS_LIST = ListKind("participants", "活动名单", "", _WORDS)


@dataclass
class Taken:
    """What came of a class list: rows new to the list, rows that told more, and those that came back, with a marked-up copy."""

    rows: int = 0
    new: int = 0
    told: int = 0
    rejected: list[Row] = field(default_factory=list)
    marked: Path | None = None


@transaction.atomic
def take_in(
    *, activity: Activity, path: Path, at: datetime, by: User | None, among: QuerySet[Person] | None = None,
    out: Path | None = None,
) -> Taken:  # fmt: skip
    """Enter a class list (xlsx or csv). `among` are the people who may be named (default: all of the county).

    A row that cannot be taken changes nothing and comes back in a marked-up copy at `out` (default: beside the file).
    Raises `UnusableRoster` and `CannotMark`.
    """
    target = marking.target(path, out)
    roster = read(path, CLASS_LIST.find_header, CLASS_LIST.asks)
    kind, taken = kind_of(activity.kind), Taken()
    people = people_in(activity.division_id[:6].ljust(12, "0")) if among is None else among
    for place, sheet in enumerate(roster.sheets):
        for line in Lines(sheet):
            taken.rows += 1
            row = Row(place, line.number)
            try:
                broken = line.formulas | line.errors
                if broken:
                    raise BadCell(
                        f"{sheet.header.label(min(broken))}是公式或错误值；请复制后“选择性粘贴为数值”再导入。"
                    )
                entrant, said = _entrant(line, kind, activity, people), _said(line, kind, sheet)
                with transaction.atomic():
                    _, new = enter(activity=activity, entrant=entrant, said=said, at=at, by=by)
                taken.new += new
                taken.told += not new
            except (BadCell, InvalidNumber, ActivityRefused, EntryRefused) as error:
                row.faults.append(Remark("name", str(error)))
                taken.rejected.append(row)
    batch = ImportBatch.objects.create(
        kind="activity", file_name=path.name[:200], digest=roster.digest, at=at, by=by,
        counts={"rows": taken.rows, "new": taken.new, "corrected": taken.told, "rejected": len(taken.rejected)},
    )  # fmt: skip
    audit.record(actor=by, action="community.list", target=f"activity:{activity.pk}", at=at, rows=taken.rows, rejected=len(taken.rejected), batch=batch.pk)  # fmt: skip
    if taken.rejected:
        marking.write(roster, taken.rejected, [], target)
        taken.marked = target
    return taken


def _entrant(line: Line, kind: ActivityKind, activity: Activity, people: QuerySet[Person]) -> Entrant:
    said = {
        name: cells.optional(cell) if isinstance(cell, str) else cells.text(cell) for name, cell in line.said.items()
    }
    name, written = said.get("name", ""), said.get("id_number", "").upper() or said.get("certificate", "").upper()
    event, role = said.get("event", ""), _code(said.get("role", ""), kind.roles, "身份")
    if not written and said.get("guest_from") and name:
        return Entrant(guest_name=name, guest_from=said["guest_from"], event=event)
    if not written:
        if not (kind.takes(Who.WORKER) and name):
            raise BadCell("没有身份证号或残疾人证号，认不出是谁；请补填。")
        return Entrant(worker=worker_named(name, activity.division), role=role, event=event)
    number = resident_id(written).number if len(written) <= 18 else certificate_number(written).id.number
    found = people.filter(id_index=id_index(number)).first()
    if found is None:
        raise BadCell("名册里没有这个号码的人，或不在您的辖区；请核对号码，或先登记。")
    if name and name != found.name:
        raise BadCell(f"姓名“{name}”与名册里这个号码的人不一致；请核对姓名和号码。")
    family = said.get("family", "")
    if not family and not kind.takes(Who.SELF):
        raise BadCell("没有写家属姓名；请补填。")
    return Entrant(found, family, said.get("relation", ""), role=role, event=event)


def _said(line: Line, kind: ActivityKind, sheet: Sheet) -> dict[str, Any]:
    """Return what a row tells of what came of it; empty cells tell nothing."""
    said: dict[str, Any] = {}
    for name, cell in line.said.items():
        if name not in kind.tells or name == "event" or cell == "":
            continue
        text = cells.text(cell)
        match name:
            case "attended":
                said[name] = _count(text)
            case "passed":
                said[name] = _whether(text)
            case "stage":
                said[name] = _code(text, STAGES, "成绩")
            case "outcome":
                said[name] = _code(text, kind.outcomes, "结果")
            case "outcome_from":
                said[name] = _day(cell, sheet)
            case _:
                said[name] = text[:200]
    return said


def _day(cell: Any, sheet: Sheet) -> date | None:
    return cells.day(cell, since_1904=sheet.since_1904)


def _count(text: str) -> int:
    whole = text.removesuffix(".0").removesuffix("次")
    if not whole.isdigit() or len(whole) > 3:
        raise BadCell(f"到课次数“{text[:20]}”不是一个整数；请核对。")
    return int(whole)


def _whether(text: str) -> bool:
    if text not in _YES | _NO:
        raise BadCell(f"考试结果“{text[:20]}”看不懂；请写“合格”或“不合格”。")
    return text in _YES


def _code(text: str, choices: Mapping[str, str], word: str) -> str:
    if not text or not choices:
        return ""
    for code, label in choices.items():
        if text in (code, label):
            return code
    raise BadCell(f"{word}“{text[:20]}”看不懂；请写{'、'.join(choices.values())}之一。")

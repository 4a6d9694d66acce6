"""What can be entered about places: each kind of entry with its columns, which forms and lists both are read by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhucan.facilities.kinds import FEATURES, GOES_ON, KINDS, LEVELS, POSTS, STAYS, TOPICS
from zhucan.facilities.models import (
    Check,
    Criterion,
    Designation,
    Facility,
    Feature,
    Issue,
    Kept,
    Patrol,
    Spot,
    Standard,
    Stay,
    Support,
    Training,
    Travel,
    Worker,
)

FACILITY, AREA, STANDARD = "facility", "area", "standard"
"""What an entry is about: one facility, a division, or a standard."""


@dataclass(frozen=True)
class Column:
    """One thing to fill in: the model's field, its word, how it is read, and what it may be."""

    field: str
    label: str
    kind: str = "text"  # text, choice, day, number, decimal, degrees, yuan, flag, person, institution, worker, standard, patrol, facility
    required: bool = True
    choices: Mapping[str, str] | None = None
    help: str = ""


def _never(row: Any) -> str:
    return ""


@dataclass(frozen=True)
class Entry:
    """A kind of entry: its word, its table, what it is about, its columns, and what else speaks against a row.

    `refuse` returns a sentence, "" where nothing does. `day` is the field that must not lie ahead.
    """

    id: str
    title: str
    model: type[Kept]
    about: tuple[str, ...]
    columns: tuple[Column, ...]
    refuse: Callable[[Any], str] = _never
    day: str = ""

    @property
    def ends(self) -> bool:
        """Tell whether what is entered lasts until it ends."""
        return any(field.name == "valid_to" for field in self.model._meta.fields)


def _facility(row: Facility) -> str:
    if (row.latitude is None) != (row.longitude is None):
        return "纬度和经度要一起填，或都不填。"
    twin = Facility.objects.live().filter(division=row.division, kind=row.kind, name=row.name).exclude(pk=row.pk)
    return f"{row.division.name}已有{KINDS[row.kind].label}“{row.name}”：不用重复登记。" if twin.exists() else ""


def _inside(row: Any) -> str:
    """Refuse what begins before its facility or after it was closed."""
    begins: date = row.valid_from
    home: Facility | None = row.facility
    if home is not None and home.valid_to is not None and begins >= home.valid_to:
        return f"{home}已于 {home.valid_to} 停用：请核对日期。"
    return ""


def _stay(row: Stay) -> str:
    if row.kind not in KINDS[row.facility.kind].stays:
        may = "、".join(STAYS[code] for code in KINDS[row.facility.kind].stays) or "（没有）"
        return f"{KINDS[row.facility.kind].label}里的人只能是{may}：请改选身份。"
    if row.valid_from < row.person.born:
        return f"开始日期 {row.valid_from} 早于出生日期：请核对是不是填错了人。"
    other = Stay.objects.live().filter(facility=row.facility, person=row.person, kind=row.kind).exclude(pk=row.pk)
    for one in other:
        if (one.valid_to is None or one.valid_to > row.valid_from) and (
            row.valid_to is None or row.valid_to > one.valid_from
        ):
            return f"此人自 {one.valid_from} 起已登记为{row.facility}的{STAYS[row.kind]}：先结束那一段，再登记新的。"
    return _inside(row)


def _designation(row: Designation) -> str:
    same = Designation.objects.live().filter(facility=row.facility, level=row.level, title=row.title, valid_to=None)
    return f"{row.facility}已是{LEVELS[row.level]}{row.title}：不用重复登记。" if same.exists() else _inside(row)


def _worker(row: Worker) -> str:
    if row.facility is not None and row.employer:
        return "登记在场所的人员，单位就是这个场所：请不填单位。"
    same = Worker.objects.live().filter(
        division=row.division, facility=row.facility, employer=row.employer, name=row.name, post=row.post, valid_to=None
    )
    return f"{row.where}已登记{POSTS[row.post].label}{row.name}：不用重复登记。" if same.exists() else _inside(row)


def most_hours(first: date, last: date) -> int:
    """Return the most hours there are from one day through another."""
    return 24 * ((last - first).days + 1)


def _training(row: Training) -> str:
    held = row.worker
    if row.day < held.valid_from or (held.valid_to is not None and row.day >= held.valid_to):
        return f"{row.day} {held.name}不在岗：请核对日期。"
    last = row.last_on or row.day
    if last < row.day:
        return f"结束日期 {last} 早于 {row.day}：请核对日期。"
    if row.hours > (most := most_hours(row.day, last)):
        return f"一天的学时不会超过 24，{most // 24} 天不会有 {row.hours} 学时：请核对学时，或写明结束日期。"
    same = Training.objects.live().filter(worker=held, day=row.day, topic=row.topic)
    return f"{held}在 {row.day} 的“{row.topic}”已经登记：学时不对的，先撤回再登记。" if same.exists() else ""


def _standard(row: Standard) -> str:
    if row.pass_mark is None and row.advanced_mark is not None:
        return "写了先进分，就要写达标分。"
    if row.pass_mark is not None and row.advanced_mark is not None and row.advanced_mark < row.pass_mark:
        return "先进分不能低于达标分：请核对。"
    same = Standard.objects.live().filter(division=row.division, name=row.name)
    return f"{row.division}已有标准“{row.name}”：新的版本请在名称里写明年份。" if same.exists() else ""


def _criterion(row: Criterion) -> str:
    if row.standard.checks.live().exists():
        return "已经有人按这个标准检查过，不能再加条目：请登记一个新的标准。"
    same = row.standard.criteria.live().filter(number=row.number)
    return f"“{row.standard}”已有编号为 {row.number} 的条目：请核对编号。" if same.exists() else ""


def _check(row: Check) -> str:
    topic = TOPICS[row.standard.topic]
    if row.facility is not None and row.facility.kind not in topic.kinds:
        return f"“{row.standard}”不是{KINDS[row.facility.kind].label}的标准：请改选标准。"
    if row.facility is None and row.division.level not in topic.levels:
        return f"“{row.standard}”不检查{row.division.get_level_display()}：请改选标准或地方。"
    return "" if row.standard.criteria.live().exists() else f"“{row.standard}”还没有条目：请先录入或导入条目。"


def _issue(row: Issue) -> str:
    if row.due_on < row.found_on:
        return f"解决期限 {row.due_on} 早于发现日期 {row.found_on}：请核对。"
    if row.kind == Issue.Kind.DEFECT and not row.spot:
        return "设施缺陷要写具体位置：请写到路段、门口或房间。"
    if row.kind == Issue.Kind.TASK and not row.campaign:
        return "创建任务要写是哪项创建活动、由谁牵头。"
    return ""


def _patrol(row: Patrol) -> str:
    return "" if row.worker.post == "supervisor" else f"{row.worker}不是无障碍监督员：请核对。"


def _spot(row: Spot) -> str:
    if Spot.objects.live().filter(division=row.division).exists():
        return f"{row.division.name}的坐标已经登记：先撤回原来的，再登记新的。"
    return ""


def _travel(row: Travel) -> str:
    if Travel.objects.live().filter(division=row.division, facility=row.facility).exists():
        return f"{row.division.name}到{row.facility}的路程已经登记：先撤回原来的，再登记新的。"
    return ""


_FROM = Column("valid_from", "开始日期", "day")
_NUMBER = Column("quantity", "数量", "number")
_LATITUDE = Column("latitude", "纬度", "degrees", help="十进制度数，如 30.751234")
_LONGITUDE = Column("longitude", "经度", "degrees", help="十进制度数，如 120.751234")

_DETAILS = (
    Column("address", "地址", required=False),
    Column("capacity", "核定人数", "number", required=False, help="不知道就不填"),
    Column("latitude", "纬度", "degrees", required=False, help="十进制度数，如 30.751234；不知道就不填"),
    Column("longitude", "经度", "degrees", required=False, help="十进制度数，如 120.751234；不知道就不填"),
    Column("institution", "收款机构", "institution", required=False, help="有财政资金付给它的，写定点机构名称"),
)
"""What may change about a facility without its being another one."""

_ALL = (
    Entry("facility", "场所", Facility, (AREA,), (
        Column("name", "名称"),
        Column("kind", "种类", "choice", choices={code: kind.label for code, kind in KINDS.items()}),
        *_DETAILS,
        Column("valid_from", "启用日期", "day", required=False),
    ), _facility),
    Entry("designation", "级别和称号", Designation, (FACILITY,), (
        Column("level", "级别", "choice", choices=LEVELS), Column("title", "称号", help="如 示范基地"),
        Column("valid_from", "批准日期", "day"), Column("document", "批准文件"),
    ), _designation, "valid_from"),
    Entry("worker", "人员", Worker, (FACILITY, AREA), (
        Column("name", "姓名"),
        Column("post", "岗位", "choice", choices={code: post.label for code, post in POSTS.items()}),
        Column("employer", "单位", required=False, help="不在登记的场所工作的，写在哪个单位"),
        Column("qualification", "资格证书", required=False, help="没有出示就不填"),
        Column("area", "负责片区", required=False), Column("valid_from", "到岗日期", "day"),
    ), _worker, "valid_from"),
    Entry("training", "培训", Training, (FACILITY, AREA), (
        Column("worker", "姓名", "worker"), Column("day", "日期", "day"),
        Column("last_on", "结束日期", "day", required=False, help="一天的不用填；学时都算在开始的那一年"),
        Column("topic", "内容"), Column("organiser", "举办单位"), Column("hours", "学时", "decimal"),
    ), _training, "day"),
    Entry("stay", "在册的人", Stay, (FACILITY,), (
        Column("person", "残疾人", "person", help="身份证号、残疾人证号、人员编号，或没有重名的姓名"),
        Column("kind", "身份", "choice", choices=STAYS), Column("course", "班级、课程或岗位", required=False), _FROM,
    ), _stay, "valid_from"),
    Entry("feature", "设施设备", Feature, (FACILITY, AREA), (
        Column("kind", "种类", "choice", choices=FEATURES), Column("name", "名称或型号", required=False),
        Column("room", "房间或位置", required=False), _NUMBER, Column("valid_from", "安装（竣工）日期", "day"),
        Column("evidence", "佐证", required=False, help="照片、验收单等存放在哪里"),
    ), _inside, "valid_from"),
    Entry("support", "补助", Support, (FACILITY,), (
        Column("day", "拨付日期", "day"), Column("amount_fen", "金额（元）", "yuan"), Column("purpose", "用途"),
        Column("document", "拨付文件"),
    ), day="day"),
    Entry("standard", "标准", Standard, (AREA,), (
        Column("name", "名称"),
        Column("topic", "对象", "choice", choices={code: topic.label for code, topic in TOPICS.items()}),
        Column("level", "级别", "choice", choices=LEVELS), Column("document", "文件"),
        Column("pass_mark", "达标分", "decimal", required=False, help="文件没有规定就不填，那就判断不了达标"),
        Column("advanced_mark", "先进分", "decimal", required=False),
    ), _standard),
    Entry("criterion", "标准条目", Criterion, (STANDARD,), (
        Column("number", "编号"), Column("text", "内容"), Column("department", "责任部门", required=False),
        Column("points", "分值", "decimal"), Column("proof", "佐证材料", required=False),
        Column("essential", "必须达到", "flag", required=False),
    ), _criterion),
    Entry("check", "自查、检查和验收", Check, (FACILITY, AREA), (
        Column("standard", "标准", "standard"), Column("kind", "方式", "choice", choices=dict(Check.Kind.choices)),
        Column("day", "日期", "day", help="还没有到的检查也可以先登记，到时再打分"), Column("inspector", "检查单位或人员"),
    ), _check),
    Entry("issue", "问题和任务", Issue, (FACILITY, AREA), (
        Column("text", "内容"), Column("kind", "种类", "choice", choices=dict(Issue.Kind.choices)),
        Column("spot", "具体位置", required=False), Column("campaign", "创建活动和牵头单位", required=False),
        Column("unit", "责任单位"), Column("found_on", "发现（下达）日期", "day"), Column("due_on", "解决期限", "day"),
        Column("patrol", "哪次巡查", "patrol", required=False, help="巡查中发现的，写巡查编号"),
    ), _issue, "found_on"),
    Entry("patrol", "巡查", Patrol, (AREA,), (
        Column("worker", "监督员", "worker"), Column("day", "日期", "day"), Column("route", "巡查范围"),
        Column("found", "情况"),
    ), _patrol, "day"),
    Entry("spot", "社区坐标", Spot, (AREA,), (_LATITUDE, _LONGITUDE), _spot),
    Entry("travel", "社区到场所的路程", Travel, (AREA,), (
        Column("facility", "到哪个场所", "facility"), Column("minutes", "路程（分钟）", "number"), Column("source", "依据"),
    ), _travel),
)  # fmt: skip
ENTRIES: Mapping[str, Entry] = {entry.id: entry for entry in _ALL}
DETAILS = Entry("facility", "场所资料", Facility, (FACILITY,), _DETAILS, _facility)
"""The columns of a facility that may be changed."""
GOING = Column("goes_on", "去向", "choice", required=False, choices=GOES_ON)
"""What is asked when a stay ends."""

"""The registers: the columns of each, and how a row of it is recorded through the services of the registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from zhucan.registry.crosschecks.kinds import ListKind
from zhucan.registry.findings import set_finding, set_schooling
from zhucan.registry.models import (
    Benefit,
    Candidacy,
    FollowUp,
    Job,
    Person,
    Schooling,
    Spell,
    TermAid,
    TerminalContract,
)
from zhucan.registry.occupations import end_job, end_schooling, set_job
from zhucan.registry.rosters.cells import BadCell
from zhucan.registry.services import end_benefit, set_benefit
from zhucan.registry.spells import Witness
from zhucan.registry.studies import follow_up, give_term_aid, set_candidacy, set_contract

_END = ("结束日期", "终止日期", "离校日期", "毕业日期", "离职日期", "停业日期", "停发日期", "退出日期")


@dataclass(frozen=True)
class Register:
    """One register: its columns, the rows it fills, and how a row of it is recorded (True where something changed).

    `apart` says by what several rows of one person are told apart; without it a person has one row.
    """

    kind: ListKind
    model: type[Spell]
    take: Callable[[Person, Mapping[str, Any], date, Witness], bool]
    apart: Callable[[Mapping[str, Any]], tuple[Any, ...]] = lambda row: ()
    unit: str = "人"  # what is counted of it: 行 where a person usually has several rows


def _take_job(person: Person, said: Mapping[str, Any], day: date, witness: Witness) -> bool:
    values = {"kind": said["form"], **{name: said[name] for name in _JOB_COLUMNS if name in said}}
    held = Job.objects.filter(person=person, kind=said["form"], workplace=said.get("workplace", "")).as_known().on(day)
    if "main" not in said and (there := held.first()) is not None:
        values["main"] = there.main  # a list that does not tell leaves a side job one
    return _recorded(
        Job, person, said, day, witness,
        same={"kind": said["form"], "workplace": said.get("workplace", "")},
        begin=lambda on: set_job(person=person, day=on, said=values, witness=witness),
        end=lambda on: end_job(
            person=person, day=on, reason=said.get("ended", "") or "名册写明已结束", witness=witness, kind=said["form"],
            workplace=said.get("workplace", ""),
        ),
    )  # fmt: skip


def _take_schooling(person: Person, said: Mapping[str, Any], day: date, witness: Witness) -> bool:
    values = {name: said[name] for name in _SCHOOLING_COLUMNS if name in said}
    changed = _recorded(
        Schooling, person, said, day, witness,
        same={"stage": said["stage"], "school": said["school"]},
        begin=lambda on: set_schooling(person=person, day=on, said=values, witness=witness),
        end=lambda on: end_schooling(person=person, day=on, outcome=said.get("outcome", ""), witness=witness),
    )  # fmt: skip
    checked = set_finding(person=person, day=day, kind="roll_checked", said="", witness=witness)
    return changed or checked.recorded_at == witness.at


def _take_benefit(person: Person, said: Mapping[str, Any], day: date, witness: Witness) -> bool:
    kind = said["benefit"]
    return _recorded(
        Benefit, person, said, day, witness, same={"kind": kind},
        begin=lambda on: set_benefit(
            person=person, kind=kind, start=on, stop=None, amount_fen=said.get("amount_fen"), witness=witness
        ),
        end=lambda on: end_benefit(person=person, kind=kind, day=on, witness=witness),
    )  # fmt: skip


def _take_exam(person: Person, said: Mapping[str, Any], _: date, witness: Witness) -> bool:
    told = {column: said[name] for name, column in _EXAM_COLUMNS.items() if name in said}
    return _new(set_candidacy(person=person, year=said["exam_year"], said=told, witness=witness), witness)


def _take_term_aid(person: Person, said: Mapping[str, Any], day: date, witness: Witness) -> bool:
    given = give_term_aid(
        person=person, day=said.get("day", day), kind=said["aid"], amount_fen=said.get("amount_fen"), witness=witness
    )
    return _new(given, witness)


def _take_follow_up(person: Person, said: Mapping[str, Any], day: date, witness: Witness) -> bool:
    done = follow_up(
        person=person, day=said.get("day", day), kind=said["followed"], worker=said["worker"], said=said["told"],
        well=said.get("well"), witness=witness,
    )  # fmt: skip
    return _new(done, witness)


def _take_contract(person: Person, said: Mapping[str, Any], _: date, witness: Witness) -> bool:
    made = set_contract(
        person=person, day=said["day"], stop=said.get("until"), number=said["number"], provider=said["provider"],
        witness=witness,
    )  # fmt: skip
    return _new(made, witness)


def _new(spell: Spell, witness: Witness) -> bool:
    return spell.recorded_at == witness.at


def _recorded(
    model: type[Spell], person: Person, said: Mapping[str, Any], day: date, witness: Witness, *,
    same: Mapping[str, str], begin: Callable[[date], Any], end: Callable[[date], Any],
) -> bool:  # fmt: skip
    """Begin what a row says, unless it holds already, and end it where the row says when; return whether that was news.

    What goes on at the same place (`same`) and is otherwise told differently differs from the day the file speaks for.
    """
    stop = said.get("end")
    rows = model._default_manager.filter(person=person).as_known()
    if stop is not None and rows.filter(valid_to=stop, **same).exists():
        return False
    goes_on = rows.filter(**same).on(day if stop is None else stop - timedelta(days=1)).exists()
    if stop is None:
        return bool(begin(day if goes_on else said.get("day") or day).recorded_at == witness.at)
    if not goes_on:
        if "day" not in said:
            raise BadCell("写了结束日期，但登记里没有可以结束的记录；请补填开始日期。")
        begin(said["day"])
    end(stop)
    return True


_JOB_COLUMNS = ("workplace", "licence", "channel", "product", "scale", "inspected_on", "income_fen", "main")
_EXAM_COLUMNS = {
    "adjustments": "adjustments", "score": "score", "qualified": "qualified", "admitted_stage": "stage", "school": "school",
}  # fmt: skip
_SCHOOLING_COLUMNS = ("stage", "placement", "school", "year", "class_name", "support", "full_time", "boarding")
REGISTERS: Mapping[str, Register] = {
    one.kind.id: one
    for one in (
        Register(
            ListKind(
                "jobs", "就业名册", "就业服务机构",
                {
                    "form": ("就业形式", "就业类型", "就业类别", "就业方式"),
                    "day": ("开始日期", "就业日期", "入职日期", "开业日期", "就业时间", "起始日期"),
                    "end": _END,
                    "ended": ("结束原因", "离职原因", "停业原因"),
                    "workplace": ("单位", "单位名称", "工作单位", "就业单位", "字号", "店名", "企业名称"),
                    "licence": ("营业执照号", "执照号", "统一社会信用代码", "执照号码"),
                    "channel": ("线上渠道", "渠道", "销售渠道"),
                    "product": ("产品", "项目", "产品或项目", "经营项目", "种养项目", "经营内容"),
                    "scale": ("规模", "种养规模", "经营规模"),
                    "inspected_on": ("核验日期", "现场核验日期", "验收日期"),
                    "income_fen": ("月收入", "月收入元", "月工资"),
                    "main": ("主要工作", "是否主要工作", "主业"),
                },
                needs=("form",),
            ),
            Job,
            _take_job,
            apart=lambda row: (row["form"], row.get("workplace")) if row.get("main") is False else (),
        ),
        Register(
            ListKind(
                "schooling", "学籍名册", "教育部门",
                {
                    "stage": ("学段", "就读学段", "教育阶段"),
                    "placement": ("就读方式", "安置方式", "教育安置方式", "就学方式"),
                    "school": ("学校", "学校名称", "就读学校", "幼儿园", "就读园校"),
                    "year": ("年级", "就读年级"),
                    "class_name": ("班级", "就读班级", "班"),
                    "support": ("支持服务", "支持", "教育支持"),
                    "full_time": ("全日制",),
                    "boarding": ("寄宿", "是否寄宿", "住校"),
                    "day": ("入学日期", "开始日期", "就读日期", "入学时间"),
                    "end": _END,
                    "outcome": ("结果", "离校原因", "离校结果"),
                },
                needs=("stage", "placement", "school"),
            ),
            Schooling,
            _take_schooling,
        ),
        Register(
            ListKind(
                "benefits", "待遇发放名册", "民政等发放部门",
                {
                    "benefit": ("待遇", "待遇种类", "待遇名称", "救助种类", "救助类别", "补贴名称"),
                    "amount_fen": ("月金额", "每月金额", "月发放金额", "月保障金", "月补差金额", "金额"),
                    "day": ("开始日期", "享受起始日期", "起始日期", "批准日期", "开始享受日期"),
                    "end": _END,
                },
                needs=("benefit",),
            ),
            Benefit,
            _take_benefit,
        ),
        Register(
            ListKind(
                "exams", "高考名册", "教育考试机构",
                {
                    "exam_year": ("年度", "考试年度", "高考年度", "年份"),
                    "adjustments": ("合理便利", "便利措施", "合理便利措施"),
                    "score": ("成绩", "总分", "高考成绩", "分数"),
                    "qualified": ("上线", "是否上线", "是否达线"),
                    "admitted_stage": ("录取学段", "录取层次", "录取学历层次"),
                    "school": ("录取学校", "录取院校", "学校"),
                },
                needs=("exam_year",),
            ),
            Candidacy,
            _take_exam,
            apart=lambda row: (row.get("exam_year"),),
            unit="行",
        ),
        Register(
            ListKind(
                "term-aid", "两免一补名册", "教育部门",
                {
                    "aid": ("项目", "资助项目", "减免项目", "两免一补项目"),
                    "day": ("学期", "学期日期", "日期", "发放日期", "减免日期"),
                    "amount_fen": ("金额", "补助金额", "减免金额", "每学期金额"),
                },
                needs=("aid",),
            ),
            TermAid,
            _take_term_aid,
            apart=lambda row: (row.get("aid"), row.get("day")),
            unit="行",
        ),
        Register(
            ListKind(
                "follow-ups", "跟进名册", "学校、就业服务机构",
                {
                    "followed": ("跟进什么", "跟进事项", "跟进种类", "事项"),
                    "day": ("日期", "跟进日期", "回访日期", "呼叫日期"),
                    "worker": ("跟进人", "回访人", "跟踪人", "联系人"),
                    "told": ("措施和情况", "情况", "跟进情况", "回访情况", "措施"),
                    "well": ("情况正常", "是否正常", "情况正常吗"),
                },
                needs=("followed", "worker", "told"),
            ),
            FollowUp,
            _take_follow_up,
            apart=lambda row: (row.get("followed"), row.get("day"), row.get("worker"), row.get("told")),
            unit="行",
        ),
        Register(
            ListKind(
                "contracts", "呼叫终端合同名册", "服务商",
                {
                    "number": ("合同编号", "合同号", "编号"),
                    "provider": ("服务商", "服务单位", "服务公司"),
                    "day": ("开始日期", "签订日期", "生效日期", "起始日期"),
                    "until": ("到期日期", "截止日期", "结束日期", "终止日期"),
                },
                needs=("number", "provider", "day"),
            ),
            TerminalContract,
            _take_contract,
            apart=lambda row: (row.get("day"),),
            unit="行",
        ),
    )
}  # fmt: skip

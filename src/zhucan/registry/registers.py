"""Registers of other bodies taken in: who works as what (jobs), goes to school where (schooling), is paid what (benefits). A row is one person's.

Unlike a list of `crosschecks`, which only raises doubts, these registers are the federation's own to keep: a row is recorded
through the services, with the file as its source, from its own day or from the day the file speaks for. Every row goes in
or comes back, all in one transaction; the same file twice changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from zhucan.core.divisions import within
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit, divisions
from zhucan.orgs.clock import day_of
from zhucan.orgs.models import Division, User
from zhucan.policy.facts import BENEFIT_LABELS
from zhucan.registry.choices import Channel, Outcome, Placement, Stage, WorkForm
from zhucan.registry.crosschecks.kinds import ListKind
from zhucan.registry.crosschecks.matching import Match, match
from zhucan.registry.crosschecks.rows import Reader, Told
from zhucan.registry.findings import set_finding, set_schooling
from zhucan.registry.models import Benefit, ImportBatch, Job, Person, Schooling
from zhucan.registry.occupations import end_job, end_schooling, set_job
from zhucan.registry.rosters import cells, marking
from zhucan.registry.rosters.cells import BadCell
from zhucan.registry.rosters.importing import ImportRefused, ImportResult
from zhucan.registry.rosters.places import Gazetteer
from zhucan.registry.rosters.reading import Sheet, read
from zhucan.registry.rosters.remarks import Remark, Row
from zhucan.registry.services import end_benefit, set_benefit
from zhucan.registry.spells import Witness
from zhucan.registry.tally import tally

KIND = "register:"
"""An import batch of a register is of this kind and the register's."""
_CODES: Mapping[str, Mapping[str, str]] = {
    "form": dict(WorkForm.choices), "channel": dict(Channel.choices), "stage": dict(Stage.choices),
    "placement": dict(Placement.choices), "outcome": dict(Outcome.choices), "benefit": BENEFIT_LABELS,
}  # fmt: skip
_OTHER_WORDS: Mapping[str, Mapping[str, str]] = {
    "form": {"个体就业": "self_employed", "自谋职业": "self_employed", "个体": "self_employed", "辅助性就业": "sheltered",
             "庇护性就业": "sheltered", "工疗": "sheltered", "种养殖": "farming", "机关事业单位": "public_payroll"},
    "stage": {"幼儿园": "kindergarten", "普高": "senior", "高中": "senior", "中专": "vocational", "中职": "vocational", "职高": "vocational", "专科": "college", "大学": "bachelor"},
    "benefit": {"单独施保": "single_dibao", "单人户低保": "single_dibao", "单人保": "single_dibao", "参照单人户低保": "single_dibao",
                "高龄补贴": "senior_allowance", "长护险待遇": "ltci"},
    "placement": {"特殊教育学校": "special_school", "特校": "special_school", "普通学校": "ordinary"},
}  # fmt: skip
_BEGINS = ("day", "inspected_on", "end")
_END = ("结束日期", "终止日期", "离校日期", "毕业日期", "离职日期", "停业日期", "停发日期", "退出日期")


@dataclass(frozen=True)
class Register:
    """One register: its columns, and how a row of it is recorded (True where something changed)."""

    kind: ListKind
    take: Callable[[Person, Mapping[str, Any], date, Witness], bool]


def _take_job(person: Person, said: Mapping[str, Any], day: date, witness: Witness) -> bool:
    values = {"kind": said["form"], **{name: said[name] for name in _JOB_COLUMNS if name in said}}
    return _recorded(
        Job, person, said, day, witness,
        same={"kind": said["form"], "workplace": said.get("workplace", "")},
        begin=lambda on: set_job(person=person, day=on, said=values, witness=witness),
        end=lambda on: end_job(person=person, day=on, reason=said.get("ended", "") or "名册写明已结束", witness=witness),
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


def _recorded(
    model: type[Job] | type[Schooling] | type[Benefit], person: Person, said: Mapping[str, Any], day: date, witness: Witness, *,
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


_JOB_COLUMNS = ("workplace", "licence", "channel", "product", "scale", "inspected_on", "income_fen")
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
                },
                needs=("form",),
            ),
            _take_job,
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
            _take_benefit,
        ),
    )
}  # fmt: skip


_MODELS: Mapping[str, type[Job] | type[Schooling] | type[Benefit]] = {
    "jobs": Job, "schooling": Schooling, "benefits": Benefit,
}  # fmt: skip


class _RegisterReader(Reader):
    """Reads rows of a register into values of the columns it fills."""

    def _what(self, row: Told, said: Mapping[str, Any], sheet: Sheet) -> None:
        for name in self.kind.words:
            cell = said.get(name, "")
            word = sheet.header.label(name)
            try:
                value = self._value(name, cell, since_1904=sheet.since_1904)
            except BadCell as error:
                raise BadCell(f"{word}：{error}") from error
            if value in (None, "") and name in self.kind.needs:
                raise BadCell(f"没有填写{word}；请补填。")
            if isinstance(value, date) and value > self.today:
                raise BadCell(f"{word} {value} 还没有到；请核对。")
            if value not in (None, ""):
                row.claim[name] = value
        start, end = row.claim.get("day"), row.claim.get("end")
        if start is not None and end is not None and end <= start:
            raise BadCell("结束日期不晚于开始日期；请核对。")

    @staticmethod
    def _value(name: str, cell: Any, *, since_1904: bool) -> Any:
        if cell == "":
            return None
        if name in _BEGINS:
            return cells.day(cell, since_1904=since_1904)
        if name in ("income_fen", "amount_fen"):
            return cells.amount_fen(cell)
        written = cells.text(cell).strip()
        if name in _CODES:
            return _code(name, written)
        if name in ("full_time", "boarding"):
            if written not in ("是", "否"):
                raise BadCell("只能填“是”或“否”。")
            return written == "是"
        if name == "year":
            digits = written.removesuffix("年级").removesuffix(".0")
            number = "一二三四五六七八九".find(digits) + 1 if len(digits) == 1 else 0
            if not number and not (digits.isdigit() and 1 <= int(digits) <= 12):
                raise BadCell("年级应为 1 至 12 的整数，或一至九年级。")
            return number or int(digits)
        longest = {"workplace": 80, "licence": 40, "product": 60, "scale": 40, "ended": 40, "school": 80, "class_name": 30, "support": 80}[name]  # fmt: skip
        if len(written) > longest:
            raise BadCell(f"有 {len(written)} 字，超过 {longest} 字；请写短。")
        return written


def _code(name: str, written: str) -> str:
    choices = _CODES[name]
    found = _OTHER_WORDS.get(name, {}).get(written) or next(
        (code for code, label in choices.items() if written in (label, code)), ""
    )
    if not found:
        raise BadCell(f"“{written[:20]}”不对；应为{'、'.join(map(str, choices.values()))}之一。")
    return found


def import_register(
    *, register: str, path: Path, at: datetime, by: User | None, division: str = "", as_of: date | None = None,
    out: Path | None = None,
) -> ImportResult:  # fmt: skip
    """Take a register in, as of a day (default: that of `at`); `new` counts people of whom nothing of the kind was known.

    Rows that cannot be taken come back in a marked-up copy at `out` (default: beside the file). Raises `UnusableRoster`
    and `ImportRefused` with nothing changed.
    """
    which, today = REGISTERS[register], day_of(at)
    day = as_of or today
    if day > today:
        raise ImportRefused(f"名册的日期 {day} 还没有到：请改用今天或以前的日期。")
    inside = divisions.division(division) if division else None
    target = marking.target(path, out)
    roster = read(path, which.kind.find_header, which.kind.asks)
    reader = _RegisterReader(which.kind, roster, Gazetteer(Division.objects.all(), None), today)
    result = ImportResult(path, sheets=[sheet.name for sheet in roster.sheets], skipped_sheets=roster.skipped)
    result.ignored = list(dict.fromkeys(name for sheet in roster.sheets for name in sheet.header.ignored))
    model = _MODELS[register]
    with transaction.atomic():
        rows = list(reader)
        result.skipped_rows = reader.skipped
        witness = Witness(at, by, f"导入：{path.name}"[:80])
        for row, found, fault in _meant(rows, inside):
            if fault or found is None:
                _back(result, row, fault)
                continue
            known = model._default_manager.filter(person=found.person).as_known().exists()
            try:
                with transaction.atomic():
                    changed = which.take(found.person, row.claim, day, witness)
            except (ZhucanError, BadCell) as error:
                _back(result, row, str(error))
                continue
            result.new += changed and not known
            result.corrected += changed and known
            result.unchanged += not changed
        _log(result, roster.digest, register, at, by, day)
        if result.rejected:
            result.only_rejected = marking.write(roster, result.rejected, (), target)
            result.marked = target
    return result


def _meant(rows: list[Told], inside: Division | None) -> Iterator[tuple[Told, Match | None, str]]:
    """Yield each row with the person its number means, or why it comes back."""
    matches = match([row for row in rows if row.identity is not None], division=inside.code if inside else "")
    numbered = iter(range(len(rows)))
    seen: dict[int, int] = {}
    for row in rows:
        found = matches.get(next(numbered)) if row.identity is not None else None
        if row.fault:
            yield row, None, row.fault
        elif row.identity is None:
            yield row, None, "没有能用的身份证号或残疾人证号；请补填。"
        elif found is None or (not found.exact and found.person.id_number != row.identity.number):
            yield row, None, "登记里没有这个身份证号；请先登记本人，再导入。"
        elif not found.exact:
            yield row, None, "身份证号是登记里另一个姓名的；请核对是不是填错了人。"
        elif inside is not None and not (found.home and within(found.home, inside.code)):
            yield row, None, f"这个人的户籍不在{inside.name}；请交给户籍地登记，或由上级导入。"
        elif found.person.pk in seen:
            yield row, None, f"与第 {seen[found.person.pk]} 行是同一个人；请只保留一行。"
        else:
            seen[found.person.pk] = row.number
            yield row, found, ""


def _back(result: ImportResult, row: Told, sentence: str) -> None:
    result.rejected.append(Row(row.sheet, row.number, name=row.name, faults=[Remark("name", sentence)]))


def _log(result: ImportResult, digest: str, register: str, at: datetime, by: User | None, day: date) -> None:
    kind = f"{KIND}{register}"
    if not result.changed and ImportBatch.objects.filter(kind=kind, digest=digest).exists():
        return
    batch = ImportBatch.objects.create(
        kind=kind, file_name=result.file.name[:200], digest=digest, at=at, by=by, counts=result.counts()
    )
    audit.record(
        actor=by, action="registry.register", target=f"import:{batch.pk}", at=at, what=register, as_of=day.isoformat(),
        recorded=tally(at), **result.counts(),
    )  # fmt: skip

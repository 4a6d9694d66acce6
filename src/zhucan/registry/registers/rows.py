"""The rows of a register: what each cell says, in the values of the columns that it fills."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from unicodedata import normalize

from zhucan.policy.facts import BENEFIT_LABELS
from zhucan.registry.choices import Channel, FollowUpKind, Outcome, Placement, Stage, TermAidKind, WorkForm
from zhucan.registry.crosschecks.rows import Reader, Told
from zhucan.registry.rosters import cells
from zhucan.registry.rosters.cells import BadCell
from zhucan.registry.rosters.reading import Sheet

_CODES: Mapping[str, Mapping[str, str]] = {
    "form": dict(WorkForm.choices), "channel": dict(Channel.choices), "stage": dict(Stage.choices),
    "placement": dict(Placement.choices), "outcome": dict(Outcome.choices), "benefit": BENEFIT_LABELS,
    "aid": dict(TermAidKind.choices), "followed": dict(FollowUpKind.choices),
    "admitted_stage": {stage: Stage(stage).label for stage in (Stage.COLLEGE, Stage.BACHELOR)},
}  # fmt: skip
_OTHER_WORDS: Mapping[str, Mapping[str, str]] = {
    "form": {"个体就业": "self_employed", "自谋职业": "self_employed", "个体": "self_employed", "辅助性就业": "sheltered",
             "庇护性就业": "sheltered", "工疗": "sheltered", "种养殖": "farming", "机关事业单位": "public_payroll"},
    "stage": {"幼儿园": "kindergarten", "普高": "senior", "高中": "senior", "中专": "vocational", "中职": "vocational", "职高": "vocational", "专科": "college", "大学": "bachelor"},
    "benefit": {"单独施保": "single_dibao", "单人户低保": "single_dibao", "单人保": "single_dibao", "参照单人户低保": "single_dibao",
                "高龄补贴": "senior_allowance", "长护险待遇": "ltci"},
    "placement": {"特殊教育学校": "special_school", "特校": "special_school", "普通学校": "ordinary"},
    "aid": {"学杂费": "tuition", "书本费": "textbooks", "教科书费": "textbooks", "寄宿补助": "boarding", "寄宿生生活补助": "boarding"},
    "followed": {"毕业生": "graduate", "就业跟踪": "graduate", "毕业生跟踪": "graduate", "转入回访": "mainstream", "回访": "mainstream", "呼叫": "call"},
    "admitted_stage": {"专科": "college", "高职": "college", "大学": "bachelor"},
}  # fmt: skip
_YES_NO: Mapping[str, tuple[str, str, str]] = {
    "full_time": ("是", "否", ""), "boarding": ("是", "否", ""), "main": ("是", "否", "兼职"), "qualified": ("上线", "没有上线", "未上线"),
    "well": ("正常", "有困难", "不正常"),
}  # fmt: skip
"""The words of a cell that is a yes or a no: the yes, the no, and another word for the no; 是 and 否 always do."""
_DAYS = ("day", "inspected_on", "end", "until")
_LONGEST: Mapping[str, int] = {
    "workplace": 80, "licence": 40, "product": 60, "scale": 40, "ended": 40, "school": 80, "class_name": 30, "support": 80,
    "adjustments": 80, "worker": 40, "told": 200, "number": 40, "provider": 80,
}  # fmt: skip
_AS_WRITTEN = ("told",)
"""Sentences: their blanks and marks stay."""


class RegisterReader(Reader):
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
            if isinstance(value, date) and name != "until" and value > self.today:
                raise BadCell(f"{word} {value} 还没有到；请核对。")
            if value not in (None, ""):
                row.claim[name] = value
        start, end = row.claim.get("day"), row.claim.get("end") or row.claim.get("until")
        if start is not None and end is not None and end <= start:
            raise BadCell("结束日期不晚于开始日期；请核对。")

    @staticmethod
    def _value(name: str, cell: Any, *, since_1904: bool) -> Any:
        if cell == "":
            return None
        if name in _DAYS:
            return cells.day(cell, since_1904=since_1904)
        if name in ("income_fen", "amount_fen"):
            return cells.amount_fen(cell)
        written = normalize("NFC", str(cell)).strip() if name in _AS_WRITTEN else cells.text(cell)
        if read := _READ.get(name):
            return read(written)
        if name in _CODES:
            return _code(name, written)
        if name in _YES_NO:
            return _yes(name, written)
        if len(written) > _LONGEST[name]:
            raise BadCell(f"有 {len(written)} 字，超过 {_LONGEST[name]} 字；请写短。")
        return written


def _class_year(written: str) -> int:
    digits = written.removesuffix("年级").removesuffix(".0")
    number = "一二三四五六七八九".find(digits) + 1 if len(digits) == 1 else 0
    if not number and not (digits.isdigit() and 1 <= int(digits) <= 12):
        raise BadCell("年级应为 1 至 12 的整数，或一至九年级。")
    return number or int(digits)


def _exam_year(written: str) -> int:
    digits = written.removesuffix("高考").removesuffix("年").removesuffix(".0")
    if not (digits.isdigit() and len(digits) == 4):
        raise BadCell(f"“{written[:20]}”不是一个年份；请写四位年份，如 2025。")
    return int(digits)


def _score(written: str) -> Decimal:
    try:
        found = Decimal(written.removesuffix("分"))
        if found.is_finite() and found == round(found, 1):
            return found
    except InvalidOperation:
        pass
    raise BadCell(f"“{written[:20]}”不是成绩；请写数字，最多一位小数。")


_READ: Mapping[str, Callable[[str], Any]] = {"year": _class_year, "exam_year": _exam_year, "score": _score}


def _yes(name: str, written: str) -> bool:
    yes, no, other = _YES_NO[name]
    if written not in ("是", "否", yes, no, other):
        raise BadCell(f"只能填“{yes}”或“{no}”。")
    return written in ("是", yes)


def _code(name: str, written: str) -> str:
    choices = _CODES[name]
    found = _OTHER_WORDS.get(name, {}).get(written) or next(
        (code for code, label in choices.items() if written in (cells.text(str(label)), code)), ""
    )
    if not found:
        raise BadCell(f"“{written[:20]}”不对；应为{'、'.join(map(str, choices.values()))}之一。")
    return found

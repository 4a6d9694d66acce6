"""Who is insured, who is newly enrolled, who is not covered: of each insurance, and of those who ought to have one.

Everybody has at most one pension and one medical insurance (`registry.findings.set_insurance`), so the kinds of each add up.
The premiums paid for people are figures of their schemes (`schemes.py`).
"""

from collections.abc import Iterator

from zhucan.indicators.declared import Indicator, Measure
from zhucan.indicators.registers import told
from zhucan.registry.choices import MEDICAL, PENSIONS, InsuranceKind, Payer

_GROUPS = (("pension", "养老保险", PENSIONS), ("medical", "医疗保险", MEDICAL))
_DUE = "age >= 16 AND NOT full_time"
_DUE_WORDS = "年满16周岁、没有登记为全日制在校"
_BOTH = f"pension = '{InsuranceKind.EMPLOYEE_PENSION}' AND medical = '{InsuranceKind.EMPLOYEE_MEDICAL}'"

RATIOS = (
    ("pension-coverage", "养老保险覆盖率", "pension-due-insured", "pension-due"),
    ("medical-coverage", "医疗保险覆盖率", "insured-medical", "holders"),
    ("social-insurance-coverage", "养老和医疗保险覆盖率", "fully-insured", "holders"),
    ("employed-insured-rate", "就业残疾人参加职工养老和医疗保险的比例", "employed-insured", "employed"),
)


def indicators() -> Iterator[Indicator]:
    """Yield the figures of insurance and of insurance at work."""
    for group, word, kinds in _GROUPS:
        for kind in kinds:
            yield _holders(
                f"insured-{_id(kind)}", f"参加{kind.label}人数", f"{group} = '{kind}'", f"参加{kind.label}", group
            )
        yield _holders(f"insured-{group}", f"参加{word}人数", f"{group} IS NOT NULL", f"参加任何一种{word}", group)
        yield _holders(
            f"insured-{group}-government", f"政府代缴{word}保费的人数", f"{group}_payer = '{Payer.GOVERNMENT}'",
            f"参加{word}且个人保费由政府缴纳", group,
        )  # fmt: skip
    yield _holders("insured-accident", f"参加{InsuranceKind.ACCIDENT.label}人数", "accident", f"参加{InsuranceKind.ACCIDENT.label}", "accident")  # fmt: skip
    yield _holders("insured-employee-both", "参加职工养老和职工医疗保险人数", _BOTH, "同时参加职工养老保险和职工医疗保险", "pension", "medical")  # fmt: skip
    yield _holders("pension-due", "应参加养老保险人数", _DUE, _DUE_WORDS)
    yield _holders("pension-due-insured", "应参加养老保险已参保人数", f"{_DUE} AND pension IS NOT NULL", f"{_DUE_WORDS}、参加任何一种养老保险", "pension")  # fmt: skip
    yield _holders("pension-uncovered", "没有参加养老保险人数", f"{_DUE} AND pension IS NULL", f"{_DUE_WORDS}、没有参加任何一种养老保险", "pension")  # fmt: skip
    yield _holders("medical-uncovered", "没有参加医疗保险人数", "medical IS NULL", "没有参加任何一种医疗保险（不论年龄）", "medical")  # fmt: skip
    yield _holders(
        "fully-insured", "养老和医疗保险都已参保人数", f"medical IS NOT NULL AND (pension IS NOT NULL OR NOT ({_DUE}))",
        f"参加医疗保险，{_DUE_WORDS}的还参加养老保险", "pension", "medical",
    )  # fmt: skip
    working = "正在就业（有就业登记，或认定不是未就业）"
    yield _holders("employed", "就业残疾人", "working", working, "work")
    yield _holders("employed-insured", "就业残疾人参加职工养老和医疗保险人数", f"working AND {_BOTH}", f"{working}、同时参加职工养老保险和职工医疗保险", "work", "pension", "medical")  # fmt: skip
    for group, kind in (("pension", InsuranceKind.EMPLOYEE_PENSION), ("medical", InsuranceKind.EMPLOYEE_MEDICAL)):
        yield _holders(
            f"employed-no-{_id(kind)}", f"就业残疾人没有参加{kind.label}人数", f"working AND {group} IS DISTINCT FROM '{kind}'",
            f"{working}、没有参加{kind.label}", "work", group,
        )  # fmt: skip
    for kind in InsuranceKind:
        yield _enrolled(kind, "", "", "", "")
    for kind in (InsuranceKind.RESIDENT_PENSION, InsuranceKind.RESIDENT_MEDICAL):
        yield _enrolled(
            kind, "-government", "且由政府代缴", f" AND payer = '{Payer.GOVERNMENT}'", "、个人保费由政府缴纳"
        )


def _holders(name: str, title: str, where: str, words: str, *subjects: str) -> Indicator:
    without = "；当地没有这方面资料时为不明" if subjects else ""
    return Indicator(
        name, title, "holder", Measure.PERSONS, f"期末户籍在本区划、未死亡、残疾人证有效的人中，{words}的人数{without}。", where,
        stock=True, known=told(*subjects) if subjects else "true",
    )  # fmt: skip


def _enrolled(kind: InsuranceKind, suffix: str, title: str, where: str, words: str) -> Indicator:
    return Indicator(
        f"enrolled-{_id(kind)}{suffix}", f"新参加{kind.label}{title}人数", "enrolled", Measure.PERSONS,
        f"期内开始参加{kind.label}（之前没有参加或已经中断）{words}、办过残疾人证的人数，按参保日户籍地统计；当地没有参保资料时为不明。",
        f"kind = '{kind}'{where}", known=told(_subject(kind)),
    )  # fmt: skip


def _id(kind: str) -> str:
    return kind.replace("_", "-")


def _subject(kind: InsuranceKind) -> str:
    return next((group for group, _, kinds in _GROUPS if kind in kinds), "accident")

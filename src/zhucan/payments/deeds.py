"""What can happen in a worked history: one frozen class per key of an event, and how each is read from YAML."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zhucan.core import yamls
from zhucan.core.calendar import add_years
from zhucan.core.divisions import InvalidDivision, county_of, normalise_code
from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import combined
from zhucan.core.money import fen
from zhucan.core.yamls import nearest
from zhucan.policy.cases import read_scheme, read_switches
from zhucan.registry.models import Category, CertificateEvent, HardshipKind

_CERTIFICATE_KEYS = ("category", "grade", "components", "issued", "expires", "kind")

BENEFITS: Mapping[str, tuple[str, ...]] = {
    "work_injury_nursing": ("工伤生活护理费", "工伤保险生活护理费", "生活护理费", "work_injury"),
    "orphan": ("孤儿基本生活费", "孤儿", "orphan_allowance", "orphan_living"),
    "unattended_child": ("事实无人抚养儿童基本生活补贴", "事实无人抚养儿童", "de_facto_unattended_child"),
    "old_age_nursing": ("老年人护理补贴", "老年护理补贴", "elderly_nursing"),
    "old_age_living": ("老年人生活补贴", "老年生活补贴", "elderly_living"),
    "work_disability_living": ("因公致残生活津贴", "因公致残生活补贴", "work_caused_disability_living"),
    "retired_cadre_living": ("离休生活补贴", "离休人员生活补贴"),
    "retired_cadre_nursing": ("离休护理费", "离休人员护理费"),
    "elder_service": ("养老服务补贴", "elder_service_subsidy"),
    "senior_allowance": ("高龄津贴", "高龄补贴", "old_age_allowance"),
    "ltci": ("长期护理保险", "长护险", "long_term_care_insurance"),
    "veteran_pension": ("抚恤金", "残疾军人抚恤金", "残疾抚恤金", "veteran"),
    "child_rehabilitation": ("残疾儿童康复救助", "康复救助"),
    "single_dibao": ("单独施保", "单独施保低保金", "单人户低保"),
}
"""Kinds of benefits that others pay, and what else people call them."""


class Deed:
    """What an event says; one class per key of the form."""


@dataclass(frozen=True)
class Issued(Deed):
    """A certificate issued, renewed or changed."""

    category: str
    grade: int
    components: tuple[tuple[str, int], ...] | None
    issued: date
    expires: date
    event: str | None


@dataclass(frozen=True)
class CertificateMoved(Deed):
    """A certificate cancelled, frozen, unfrozen, transferred, or lost and replaced."""

    event: CertificateEvent
    reason: str


@dataclass(frozen=True)
class InHardship(Deed):
    """The household's standing in social assistance."""

    kind: str


@dataclass(frozen=True)
class Earns(Deed):
    """Income a month in fen: of the household a head, or the person's own."""

    amount_fen: int
    own: bool


@dataclass(frozen=True)
class Works(Deed):
    """What the person works as."""

    kind: str


@dataclass(frozen=True)
class Moved(Deed):
    """Hukou moved to another division."""

    division: str


@dataclass(frozen=True)
class Confined(Deed):
    """Went into an institution or prison, or left it."""

    prison: bool
    inside: bool


@dataclass(frozen=True)
class OtherBenefit(Deed):
    """A benefit that another body pays from `start` until before `stop`."""

    kind: str
    amount_fen: int | None
    start: date
    stop: date | None


@dataclass(frozen=True)
class Died(Deed):
    """The person died that day."""


@dataclass(frozen=True)
class Applied(Deed):
    """Applied for schemes, and was approved."""

    schemes: tuple[str, ...]
    approved: date


@dataclass(frozen=True)
class Withdrew(Deed):
    """Gave up schemes by wish; no schemes means all."""

    schemes: tuple[str, ...]


@dataclass(frozen=True)
class BackpayGranted(Deed):
    """The months between expiry and re-application are paid back by decision; no schemes means all."""

    schemes: tuple[str, ...]


@dataclass(frozen=True)
class StandardSet(Deed):
    """A parameter has a value from a day on, in the history's division or another."""

    parameter: str
    value: str
    start: date
    division: str


@dataclass(frozen=True)
class AccountKept(Deed):
    """Whether the person has a bank account."""

    exists: bool


@dataclass(frozen=True)
class BankAnswers(Deed):
    """What the bank returns for the person's payments from now on; an empty reason means paid."""

    reason: str


@dataclass(frozen=True)
class TakenBack(Deed):
    """An earlier event of the history, named by its `id`, never was so."""

    event: str


@dataclass(frozen=True)
class Context:
    """What the reader of an event may need beside its own value."""

    fields: yamls.Mapping
    on: date
    division: str


def read_division(node: yamls.Node) -> str:
    """Return the 12-digit code of a county or of a division below one."""
    try:
        code = normalise_code(node.as_text("区划"))
        county_of(code)
    except InvalidDivision as error:
        raise node.error(str(error)) from error
    return code


def read_word(node: yamls.Node, what: str, words: Mapping[str, Sequence[str]]) -> str:
    """Return the code that a word stands for: the code itself, or one of the words people use for it."""
    said = node.as_text(what).strip()
    plain = said.lower().replace("-", "_").replace(" ", "_")
    for code, others in words.items():
        if plain == code or said in others or plain in others:
            return code
    every = [word for code, others in words.items() for word in (code, *others)]
    raise node.error(f"{what}没有“{said}”；{nearest(said, every)}可以写：{'、'.join(words)}。")


def _issued(node: yamls.Node, context: Context) -> Deed:
    fields = node.as_mapping("certificate（残疾人证）")
    fields.only(_CERTIFICATE_KEYS, "残疾人证")
    stated, components = fields.get("issued"), fields.get("components")
    issued = stated.as_date("发证日期") if stated else context.on
    parts = None if components is None else _components(components)
    try:
        derived = combined(parts) if parts else None
    except ZhucanError as error:
        raise fields.error(str(error)) from error
    kinds = {item.value: (str(item.label), f"{item.label}残疾") for item in Category}
    category_node, grade_node = fields.get("category"), fields.get("grade")
    if derived is None:
        category_node = fields.require("category", "残疾人证")
        grade_node = fields.require("grade", "残疾人证")
    category = read_word(category_node, "残疾类别", kinds) if category_node else (derived or ("", 0))[0]
    grade = grade_node.as_int("残疾等级") if grade_node else (derived or ("", 0))[1]
    if grade not in (1, 2, 3, 4):
        raise fields.error(f"残疾等级没有 {grade}；应为 1 至 4。")
    if category == Category.MULTIPLE and not parts:
        raise fields.error("多重残疾要写 components（各类残疾及等级）；如 {visual: 2, intellectual: 3}。")
    if derived and (category, grade) != derived:
        raise fields.error(f"类别等级与 components 不符；按各类应为 {derived[0]} {derived[1]} 级。")
    kind, expires = fields.get("kind"), fields.get("expires")
    events = {
        item.value: (str(item.label),)
        for item in (CertificateEvent.NEW, CertificateEvent.RENEWAL, CertificateEvent.CHANGE)
    }
    last = expires.as_date("有效期至") if expires else add_years(issued, 10)
    if last < issued:
        raise fields.error(f"有效期至 {last} 早于发证日期 {issued}；请核对。")
    return Issued(category, grade, parts, issued, last, read_word(kind, "办证事项", events) if kind else None)


def _components(node: yamls.Node) -> tuple[tuple[str, int], ...]:
    """Return kinds and grades written as {visual: 2, intellectual: 3}, as [[visual, 2], …] or as a list of mappings."""
    kinds = {item.value: (str(item.label), f"{item.label}残疾") for item in Category if item != Category.MULTIPLE}
    if isinstance(node, yamls.Mapping):
        pairs = [(yamls.Scalar(node.keys[key], key, key), value) for key, value in node.items()]
    else:
        pairs = []
        for item in node.as_list("components（各类残疾）"):
            if isinstance(item, yamls.Mapping):
                item.only(("category", "grade"), "各类残疾")
                category = item.require("category", "各类残疾").as_scalar("残疾类别")
                pairs.append((category, item.require("grade", "各类残疾")))
            else:
                parts = item.as_list("各类残疾")
                if len(parts) != 2:
                    raise item.error("各类残疾请写成 [类别, 等级]，如 [visual, 2]。")
                pairs.append((parts[0].as_scalar("残疾类别"), parts[1]))
    return tuple((read_word(kind, "残疾类别", kinds), grade.as_int("残疾等级")) for kind, grade in pairs)


def _certificate_moved(event: CertificateEvent) -> Callable[[yamls.Node, Context], Deed]:
    def read(node: yamls.Node, context: Context) -> Deed:
        value = node.as_scalar("原因").value
        if value is False or value is None:
            raise node.error("请写 true 或原因；没有发生的事不用写。")
        return CertificateMoved(event, "" if value is True else node.as_text("原因"))

    return read


def _hardship(node: yamls.Node, context: Context) -> Deed:
    others = {
        "none": ("无",),
        "dibian": ("低边", "低保边缘家庭", "low_income"),
        "dibao": ("低保家庭",),
        "tekun": ("特困",),
    }
    return InHardship(
        read_word(node, "困难类型", {item.value: (str(item.label), *others[item.value]) for item in HardshipKind})
    )


def _amount(node: yamls.Node, what: str) -> int:
    return fen(node.as_yuan(what))


def _in_or_out(node: yamls.Node, what: str) -> bool:
    return read_word(node, what, {"in": ("入", "进入"), "out": ("出", "离开")}) == "in"


def _other_benefit(node: yamls.Node, context: Context) -> Deed:
    fields = node.as_mapping("other_benefit（其他待遇）")
    fields.only(("kind", "amount", "from", "to"), "其他待遇")
    amount, start, last = fields.get("amount"), fields.get("from"), fields.get("to")
    first = start.as_date("起始日期") if start else context.on
    stop = last.as_date("截止日期") if last else None
    if stop is not None and stop <= first:
        raise fields.error(f"截止日期 {stop} 不晚于起始日期 {first}；to 那天起不再享受，请核对。")
    kind = read_word(fields.require("kind", "其他待遇"), "待遇种类", BENEFITS)
    return OtherBenefit(kind, _amount(amount, "待遇金额") if amount else None, first, stop)


def _died(node: yamls.Node, context: Context) -> Deed:
    if not node.as_bool("died（死亡）"):
        raise node.error("没有死亡不用写；误报的死亡请用 retract 撤回那个事件。")
    return Died()


def _schemes(node: yamls.Node) -> tuple[str, ...]:
    return tuple(read_scheme(item) for item in node.as_list("项目"))


def _applied(node: yamls.Node, context: Context) -> Deed:
    stated = context.fields.get("approved")
    approved = stated.as_date("批准日期") if stated else context.on
    if approved < context.on:
        raise (stated or node).error(f"批准日期 {approved} 早于申请日期 {context.on}；请核对。")
    return Applied(_schemes(node), approved)


def _all_or_some(node: yamls.Node) -> tuple[str, ...]:
    """Return the schemes named; none for `true` and `granted`, which mean all."""
    if isinstance(node, yamls.Scalar) and (node.value is True or node.text in ("granted", "准予", "all")):
        return ()
    return _schemes(node)


def _standard(node: yamls.Node, context: Context) -> Deed:
    fields = node.as_mapping("standard（标准）")
    fields.only(("parameter", "value", "from", "division"), "标准")
    start, where = fields.get("from"), fields.get("division")
    name, value = fields.require("parameter", "标准"), fields.require("value", "标准")
    key = name.as_text("参数")
    wrapped = yamls.Mapping(name.place, {key: value}, {key: name.place})
    ((parameter, text),) = read_switches(wrapped).items()
    first = start.as_date("执行日期") if start else context.on
    return StandardSet(parameter, text, first, county_of(read_division(where) if where else context.division))


def _account(node: yamls.Node, context: Context) -> Deed:
    return AccountKept(read_word(node, "account（银行账户）", {"on": ("有",), "off": ("无",)}) == "on")


def _bank(node: yamls.Node, context: Context) -> Deed:
    text = node.as_text("bank（银行回盘）")
    return BankAnswers("" if text == "paid" else ("账户异常" if text == "failed" else text))


DEEDS: Mapping[str, Callable[[yamls.Node, Context], Deed]] = {
    "certificate": _issued,
    "revoked": _certificate_moved(CertificateEvent.CANCEL),
    "frozen": _certificate_moved(CertificateEvent.FREEZE),
    "unfrozen": _certificate_moved(CertificateEvent.UNFREEZE),
    "transferred": _certificate_moved(CertificateEvent.TRANSFER),
    "lost": _certificate_moved(CertificateEvent.LOSS),
    "hardship": _hardship,
    "income_per_head": lambda node, _: Earns(_amount(node, "家庭人均收入"), own=False),
    "own_income": lambda node, _: Earns(_amount(node, "本人收入"), own=True),
    "job": lambda node, _: Works(node.as_text("就业形式")),
    "moved_to": lambda node, _: Moved(read_division(node)),
    "institution": lambda node, _: Confined(prison=False, inside=_in_or_out(node, "institution（机构托养）")),
    "custody": lambda node, _: Confined(prison=True, inside=_in_or_out(node, "custody（服刑）")),
    "other_benefit": _other_benefit,
    "died": _died,
    "apply": _applied,
    "withdraw": lambda node, _: Withdrew(_all_or_some(node)),
    "backpay": lambda node, _: BackpayGranted(_all_or_some(node)),
    "standard": _standard,
    "account": _account,
    "bank": _bank,
    "retract": lambda node, _: TakenBack(node.as_text("事件编号")),
}

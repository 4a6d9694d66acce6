"""辅助器具补贴: one scheme for each device of the catalogue, bought with a subsidy or handed out from stock.

Source: 残疾预防和残疾人康复条例 art. 26; provincial methods. Caps, years of use, ratios: parameters/devices.yaml.

Where each rule of the fact base lives:

- RH-20 the assessment: `device_assessed` for devices that the catalogue marks, and the flow.
- RH-21 `_amount`: min(price, cap) × the ratio of the person's class, for each piece.
- RH-22 `_due`: one for each function within the years of use, counted from acceptance (an approval that was not accepted
  yet counts from its day); earlier for growth, a change of condition, or damage not the user's fault.
- RH-23 the year's cap over all devices of a person, and nothing for what another fund has borne.
- RH-25 a child not of the age where a certificate is asked may have a diagnosis instead.

Not modelled:

- RH-24 lending, deposits and returns: a pool is stock (`delivery`).
- Left and right of prostheses and orthoses: both count as pieces of one function.
- One doorbell for each household: the award tells the person; the clerk looks at the household.
"""

from zhucan.policy.asking import grade_within, here, poor
from zhucan.policy.devices.catalogue import DEVICES, FUNCTION_BY_CODE, Device
from zhucan.policy.expressions import (
    ONE,
    ZERO,
    Expr,
    Kind,
    choose,
    greatest,
    least,
    literal,
    round_fen,
    unknown_of,
    years_between,
)
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCEPTANCE, ACCOUNT, ASSESSMENT, CERTIFICATE, DIAGNOSIS, HARDSHIP, QUOTATION
from zhucan.policy.parameters import p
from zhucan.policy.rehabilitation.shared import FUND, PREVENTION_2017, PROTECTION, asked_on, before_certificate
from zhucan.policy.schemes import (
    Cadence,
    Condition,
    Gives,
    Group,
    LifeEvent,
    Overlap,
    Relation,
    Scheme,
    exclude,
    offered,
    require,
)
from zhucan.policy.steps import ASSESSED, COUNTY

_LAW = str(PREVENTION_2017)


def _own(device: Device, name: str) -> Expr:
    """Return a parameter of one device."""
    found: Expr = getattr(p, f"device_{device.code}_{name}")
    return found


def _proof(device: Device) -> Expr:
    """Return whether the kind of disability fits: by certificate, or of a young child by diagnosis."""
    held = f.certificate_valid & grade_within(device.categories, device.mildest)
    if device.mildest < 4:
        return held
    return held | (f.diagnosis.isin(*device.categories) & before_certificate)


def _due(device: Device) -> Expr:
    """Return whether one for this function is due: none yet, the years of use over, or a reason to replace it early."""
    accepted, granted = getattr(f, f"accepted_{device.function}"), getattr(f, f"granted_{device.function}")
    # The later of the two: approved again and not accepted yet is under way.
    since = choose((accepted.unknown(), granted), (granted.known() & (granted > accepted), granted), default=accepted)
    return choose(
        (since.unknown(), True),
        (_own(device, "years").unknown(), unknown_of(Kind.BOOL)),
        (years_between(since, asked_on) >= _own(device, "years"), True),
        default=f.device_early_reason.known() & (f.device_early_reason != "none"),
    )


def _amount(device: Device) -> Expr:
    ratio = choose((poor, p.device_ratio_hardship), (poor.known(), p.device_ratio_other), default=unknown_of(Kind.RATE))
    each = round_fen(least(f.device_price, _own(device, "cap")) * ratio)
    whole = each * f.device_pieces if device.pieces > 1 else each
    left = greatest(p.device_year_cap - f.devices_granted, ZERO)
    return choose((p.device_year_cap.known(), least(whole, left)), default=whole)


def _conditions(device: Device) -> tuple[Condition, ...]:
    kind = "、".join(_WORDS[name] for name in device.categories)
    grade = "" if device.mildest == 4 else "，等级为一级或二级"
    found = [
        offered(_own(device, "offered")),
        *here(_LAW),
        require(f"有{kind}残疾{grade}" if len(device.categories) < 6 else f"有有效残疾人证{grade}", _proof(device), source=_LAW, cause="grade_changed"),
    ]  # fmt: skip
    if device.needs:
        found.append(require(_NEEDS[device.needs], getattr(f, device.needs), source=_LAW, cause="not_eligible"))
    if device.code == "implant_processor":
        found.append(require("已经植入人工耳蜗", f.implanted.known(), source=_LAW, cause="not_eligible"))
    if device.assessed:
        found.append(require("经专业人员评估适配", f.device_assessed, source=_LAW, cause="not_eligible"))
    if device.pieces > 1:
        fits = (f.device_pieces > 0) & (f.device_pieces <= literal(device.pieces))
        found.append(require("件数在目录规定以内", fits, source="当地目录", cause="not_eligible"))
    settled = poor | ~poor  # whichever it is
    found += [
        require("家庭困难情况已经查明，可以定补贴比例", settled, source="当地规定", cause="not_eligible"),
        require(
            "同类器具已满最低使用年限，或符合提前更换的情形", _due(device), source="当地规定", cause="other_benefit"
        ),
        exclude(
            "已由工伤保险、医疗保险或退役军人部门负担",
            f.device_paid_elsewhere,
            source="当地规定",
            cause="other_benefit",
            said="由工伤保险、医疗保险或退役军人部门负担这件器具",
        ),
    ]
    return tuple(found)


_WORDS = {
    "visual": "视力", "hearing": "听力", "speech": "言语", "physical": "肢体", "intellectual": "智力", "mental": "精神",
}  # fmt: skip
_NEEDS = {"limb_loss": "肢体缺失、残端愈合，可以装配", "usable_sight": "有可以利用的残余视力"}


def _scheme(device: Device) -> Scheme:
    papers = (
        CERTIFICATE,
        DIAGNOSIS,
        HARDSHIP,
        *((ASSESSMENT,) if device.assessed else ()),
        QUOTATION,
        ACCEPTANCE,
        ACCOUNT,
    )
    return Scheme(
        id=device.scheme,
        name=device.name if device.function == "implant_processor" else f"{device.name}适配补贴",
        sources=(PREVENTION_2017, PROTECTION),
        conditions=_conditions(device),
        amount=_amount(device),
        overlaps=(
            Overlap(Relation.STACK, "可与两项补贴、康复训练同时享受", "当地规定"),
            Overlap(Relation.STACK, f"可同时申请{FUNCTION_BY_CODE[device.function].label}以外的其他器具", "当地规定"),
        ),
        cadence=Cadence.EVENT,
        gives=Gives.GOODS,
        beneficiary="household" if device.household else "person",
        group=Group.DEVICES,
        systems=device.systems,
        summary=device.summary,
        unit=device.unit,
        quantity=f.device_pieces if device.pieces > 1 else ONE,
        events=(
            LifeEvent.NEEDS_DEVICE,
            LifeEvent.NEW_CERTIFICATE,
            LifeEvent.GRADE_CHANGED,
            *((LifeEvent.CHILD_DIAGNOSED,) if device.diagnosed else ()),
        ),
        materials=papers,
        flow=ASSESSED if device.assessed else COUNTY,
        fund=FUND,
    )


SCHEMES: tuple[Scheme, ...] = tuple(_scheme(device) for device in DEVICES)

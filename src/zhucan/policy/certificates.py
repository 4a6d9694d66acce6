"""残疾人证的办理: the steps in the life of a certificate as cases: new, change, renewal, re-issue, transfer.

Source: 残疾人证管理办法 (残联发〔2017〕34号). What a place sets: parameters/certificates.yaml.

Where each rule of the fact base lives:

- DC-30, DC-31, DC-32 conditions of the new one: hukou here, none on file, the guardian for minors and for intellectual and mental
  kinds, the wait after a refused assessment. A finding that meets the standard is a condition, so no certificate is issued without one;
  speech is not assessed before three, nor hearing as grade 4.
- DC-41 renewal from so many months before the expiry. DC-42 change: held long enough, and the finding differs.
- DC-43 re-issue. DC-44 transfer of a certificate not cancelled meanwhile.
- The publicity of five working days that most places keep: `steps.CERTIFIED`; a place without it sets the wait to 0.
- The certificate is free: nothing is paid. Its number, expiry and predecessor are the registry's (DC-01 to DC-06, DC-40).

Not modelled:

- DC-45, DC-46 cancelling and freezing: entered in the registry on a death, a finding or a move, without an application.
- DC-47 forwarding between provinces: the transfer step of every flow.
- Whether a renewal needs a new assessment: the place's clerk asks for it by returning the papers.
"""

from zhucan.policy.asking import here
from zhucan.policy.declared.core import CATEGORY_LABELS
from zhucan.policy.expressions import ZERO, Expr, Kind, add_months, choose, unknown_of, years_between
from zhucan.policy.facts import f
from zhucan.policy.materials import ASSESSMENT, CERTIFICATE, GUARDIAN_ID, HUKOU, PHOTOS
from zhucan.policy.parameters import p
from zhucan.policy.rehabilitation.shared import PROTECTION, asked_on
from zhucan.policy.schemes import (
    Cadence,
    Condition,
    Gives,
    Group,
    LifeEvent,
    Material,
    Overlap,
    Relation,
    Scheme,
    Source,
    require,
)
from zhucan.policy.steps import CERTIFIED, COUNTY, Flow

MEASURE_2017 = Source("中华人民共和国残疾人证管理办法", "2017", "残联发〔2017〕34号")
STANDARD_2010 = Source("残疾人残疾分类和分级", "2011-05-01", "GB/T 26341-2010")
_LAW = str(MEASURE_2017)

_age = years_between(f.born, asked_on)
_needs_guardian = (_age < p.certificate_adult_from) | f.kind_claimed.isin("intellectual", "mental")
_held_now = choose(
    *((f.assessed_category == name, getattr(f, f"grade_{name}")) for name in CATEGORY_LABELS),
    default=unknown_of(Kind.INT),
)


def _assessed() -> tuple[Condition, ...]:
    """Return what the finding must say (DC-30; ages of the standard)."""
    too_young = (_age < p.young_assessment_until) & (
        (f.assessed_category == "speech") | ((f.assessed_category == "hearing") & (f.assessed_grade == 4))
    )
    return (
        require("评定达到残疾标准", f.assessed_grade.isin(1, 2, 3, 4), source=str(STANDARD_2010), cause="not_eligible"),
        require(
            "评定合乎年龄规定（幼儿不评言语残疾和听力四级）",
            ~too_young,
            source=str(STANDARD_2010),
            cause="not_eligible",
        ),
    )


_on_file = require("已有残疾人证", f.certificate_on_file, source=_LAW, cause="certificate_cancelled")
_not_frozen = require(
    "残疾人证没有被冻结",
    choose((f.certificate_on_file, f.certificate_status != "frozen"), default=True),
    source=_LAW,
    cause="certificate_frozen",
)


def _certificate(
    what: str, name: str, summary: str, conditions: tuple[Condition, ...], papers: tuple[Material, ...], flow: Flow,
    events: tuple[LifeEvent, ...],
) -> Scheme:  # fmt: skip
    return Scheme(
        id=f"certificate-{what}",
        name=name,
        sources=(MEASURE_2017, STANDARD_2010, PROTECTION),
        conditions=(*here(_LAW), *conditions),
        amount=ZERO,
        overlaps=(Overlap(Relation.STACK, "办证免费", _LAW),),
        cadence=Cadence.EVENT,
        gives=Gives.SERVICE,
        group=Group.REGISTRY,
        systems=("S002", "S003", "S004") if flow is CERTIFIED else ("S003",),
        summary=summary,
        unit="本",
        events=events,
        materials=papers,
        flow=flow,
        fund="不收费",
    )


_waited: Expr = choose(
    (f.assessment_refused.unknown(), True),
    default=years_between(f.assessment_refused, asked_on) >= p.reapply_wait_years,
)

SCHEMES: tuple[Scheme, ...] = (
    _certificate(
        "new", "残疾人证新办", "第一次办残疾人证：申请、到指定机构评定，够标准就发证，不收费。",
        (
            require("还没有残疾人证（冻结、到期未换的也算有）", ~f.certificate_on_file, source=_LAW, cause="other_benefit"),
            require(
                "成年且非智力、精神残疾，或由法定监护人申请",
                choose((_needs_guardian, f.guardian_applies), (_needs_guardian.known(), True), default=unknown_of(Kind.BOOL)),
                source=_LAW,
                cause="not_eligible",
            ),
            require("距上次评定不够标准已满规定年限", _waited, source="当地规定", cause="not_eligible"),
            *_assessed(),
        ),
        (HUKOU, PHOTOS, GUARDIAN_ID, ASSESSMENT), CERTIFIED, (LifeEvent.CHILD_DIAGNOSED, LifeEvent.ILLNESS),
    ),
    _certificate(
        "change", "残疾人证类别等级变更", "残疾情况变了，重新评定类别和等级；新证发下来以前旧证照用。",
        (
            _on_file,
            _not_frozen,
            require(
                "持证已满规定年限",
                years_between(f.certificate_since, asked_on) >= p.grade_review_years,
                source="当地规定",
                cause="not_eligible",
            ),
            *_assessed(),
            require("评定结果和现证不同", f.assessed_grade != _held_now, source=_LAW, cause="not_eligible"),
        ),
        (CERTIFICATE, PHOTOS, GUARDIAN_ID, ASSESSMENT), CERTIFIED, (LifeEvent.GRADE_CHANGED, LifeEvent.ILLNESS),
    ),
    _certificate(
        "renewal", "残疾人证换领", "残疾人证十年一换，到期前就可以换，新证从发证日起算。",
        (
            _on_file,
            _not_frozen,
            require(
                "已到换领时间（到期前规定月数以内，或已经到期）",
                add_months(asked_on, p.renew_window_months) >= f.certificate_expires,
                source="当地规定",
                cause="not_eligible",
            ),
        ),
        (CERTIFICATE, PHOTOS), COUNTY, (),
    ),
    _certificate(
        "replacement", "残疾人证补办", "残疾人证丢了补一本，坏了换一本，有效期不变。",
        (
            _on_file,
            _not_frozen,
            require("说明是遗失还是损坏", choose((f.loss_kind.known(), True), default=unknown_of(Kind.BOOL)), source=_LAW, cause="not_eligible"),
        ),
        (PHOTOS,), COUNTY, (),
    ),
    _certificate(
        "transfer", "残疾人证迁移", "户口迁来本地，残疾人证也迁过来；六个月内办，别等冻结。",
        (
            require("已有残疾人证，没有被注销", f.certificate_on_file, source=_LAW, cause="certificate_cancelled"),
        ),
        (CERTIFICATE, HUKOU), COUNTY, (LifeEvent.MOVED_HERE,),
    ),
)  # fmt: skip

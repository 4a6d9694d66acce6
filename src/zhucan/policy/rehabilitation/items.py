"""医疗康复服务项目: medical rehabilitation item by item, from a catalogue with a rate and a cap a time for each.

Source: 卫农卫发〔2010〕80号 and 人社部发〔2016〕23号 put items into basic medical insurance; places add theirs. The names and usual
payers stand in `items.yaml`, rates and caps are parameters by place and date (`item_<code>_rate`, `item_<code>_cap`), so the
catalogue of a day is what the place has set on that day (`configured`).

An item comes to min(own cost a time, cap) × rate × times; the sum up to the year's cap, where the place has one.

Not modelled: limits of insurance itself (days, one in three); its settlement has taken them off before a bill comes here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from zhucan.policy.expressions import Kind, unknown_of
from zhucan.policy.materials import ACCOUNT, ASSESSMENT, BILLS, CERTIFICATE, DIAGNOSIS, INSURANCE_SLIP
from zhucan.policy.parameters import p
from zhucan.policy.reckoning import Working, only_once, percent, share, standard, within_year, yuan_text
from zhucan.policy.rehabilitation.shared import FUND, PREVENTION_2017, adult_conditions
from zhucan.policy.schemes import (
    Cadence,
    Claim,
    ClaimError,
    Field,
    Group,
    LifeEvent,
    Overlap,
    Reckoned,
    Relation,
    Scheme,
    Source,
)

INSURED_2010 = Source(
    "关于将部分医疗康复项目纳入基本医疗保障范围的通知", "2010", "卫农卫发〔2010〕80号", number_verified=False
)
INSURED_2016 = Source(
    "关于新增部分医疗康复项目纳入基本医疗保障支付范围的通知", "2016", "人社部发〔2016〕23号", number_verified=False
)
PAYERS = {"insurance": "医保先付", "federation": "残联补助"}


@dataclass(frozen=True)
class Item:
    """One row of the catalogue. `payer` is who usually pays first: insurance, or the federation alone."""

    code: str
    name: str
    payer: str


CATALOGUE: tuple[Item, ...] = tuple(
    Item(**row) for row in yaml.safe_load(Path(__file__).with_name("items.yaml").read_text(encoding="utf-8"))
)
_BY_CODE = {item.code: item for item in CATALOGUE}


def configured(params: Mapping[str, Any]) -> tuple[Item, ...]:
    """Return the items that a place pays with the parameters of a day: those with a rate and a cap."""
    return tuple(
        item for item in CATALOGUE if None not in (params[f"item_{item.code}_rate"], params[f"item_{item.code}_cap"])
    )


def _work(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    within_year((item["day"] for item in items), "服务日期", facts)
    only_once(
        (f"{item['day']} 的{_BY_CODE[item['code']].name}" for item in items), "{}填了两次：同一天同一项目请合并成一项。"
    )
    sum_up = Working()
    for item in items:
        known = _BY_CODE[item["code"]]
        if item["times"] < 1:
            raise ClaimError(f"{known.name}的次数应至少为 1：请核对。")
        rate, most = standard(params, f"item_{known.code}_rate"), standard(params, f"item_{known.code}_cap")
        part = share(min(item["own"], most), rate) * item["times"]
        sum_up.add(
            part,
            f"{known.name}：每次自付 {yuan_text(item['own'])}，上限 {yuan_text(most)}，补 {percent(rate)}，"
            f"{item['times']} 次，计 {yuan_text(part)}",
            item["times"],
        )
    sum_up.cap(params["items_year_cap"], facts["rehabilitation_items_granted"], "年度上限")
    return sum_up.done()


_ALL = ("visual", "hearing", "speech", "physical", "intellectual", "mental")

rehabilitation_items = Scheme(
    id="rehabilitation-items",
    name="医疗康复项目补助",
    sources=(PREVENTION_2017, INSURED_2010, INSURED_2016),
    conditions=adult_conditions(
        p.items_offered, str(PREVENTION_2017), _ALL, "有有效残疾人证，或年幼儿童有定点医疗机构的诊断"
    ),
    amount=unknown_of(Kind.MONEY),
    overlaps=(
        Overlap(Relation.STACK, "基本医疗保险先付，余下的再补助", str(PREVENTION_2017)),
        Overlap(Relation.STACK, "已由儿童康复救助或训练补助负担的费用不再申报", "当地规定"),
    ),
    cadence=Cadence.EVENT,
    group=Group.REHABILITATION,
    systems=("S123", "S134"),
    summary="按项目目录补助医疗康复费用：每个项目有比例和每次上限，一年合计有上限。",
    unit="项次",
    claim=Claim(
        "康复项目",
        (
            Field("code", "项目", Kind.TEXT, choices={item.code: item.name for item in CATALOGUE}),
            Field("day", "服务日期", Kind.DATE),
            Field("times", "次数", Kind.INT),
            Field("own", "每次医保报销后自付", Kind.MONEY),
        ),
        _work,
    ),
    events=(LifeEvent.ILLNESS, LifeEvent.CHILD_DIAGNOSED),
    materials=(CERTIFICATE, DIAGNOSIS, ASSESSMENT, BILLS, INSURANCE_SLIP, ACCOUNT),
    fund=FUND,
)

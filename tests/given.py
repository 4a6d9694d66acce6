"""Schemes that only tests have, one of each kind that is granted case by case, put into the catalogue for a test."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.county import County
from zhucan.cases import awards
from zhucan.cases.models import Award
from zhucan.orgs.clock import moment
from zhucan.policy import catalogue
from zhucan.policy.expressions import literal
from zhucan.policy.facts import f
from zhucan.policy.schemes import Cadence, Gives, Group, Scheme, require

_HELD = (require("持有有效残疾人证", f.certificate_valid, source="测试", cause="certificate_expired"),)


def _scheme(id: str, name: str, gives: Gives, cadence: Cadence, unit: str) -> Scheme:
    return Scheme(
        id=id, name=name, sources=(), conditions=_HELD, amount=literal(Decimal("100.00")), cadence=cadence, gives=gives, unit=unit,
        group=Group.DEVICES,
    )  # fmt: skip


STARTUP = _scheme("test-startup", "测试创业补助", Gives.CASH, Cadence.ONCE, "元")
WHEELCHAIR = _scheme("test-wheelchair", "测试轮椅", Gives.GOODS, Cadence.EVENT, "辆")
TRAINING = _scheme("test-training", "测试康复训练", Gives.SERVICE, Cadence.YEARLY, "次")
TUITION = _scheme("test-tuition", "测试学费减免", Gives.RELIEF, Cadence.YEARLY, "学年")
GIVEN = (STARTUP, WHEELCHAIR, TRAINING, TUITION)
IDS = tuple(item.id for item in GIVEN)


def put_into_catalogue(patch: pytest.MonkeyPatch) -> None:
    """Let the catalogue know the schemes of this module until the patch is undone."""
    for item in GIVEN:
        patch.setitem(catalogue._BY_ID, item.id, item)


def grant(county: County, person: Any, scheme: Scheme, fen: int, on: str, **more: Any) -> Award:
    """Grant a scheme of this module in county a, applied for and approved on a day."""
    day = date.fromisoformat(on)
    return awards.grant(
        person=person, scheme_id=scheme.id, division=county.a, applied_on=day, approved_on=day, amount_fen=fen,
        at=moment(day), by=county.approver, **more,
    )  # fmt: skip

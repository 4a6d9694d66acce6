"""A device is measured, fitted, accepted, repaired and visited; the acceptance is what the rule counts years from."""

from datetime import date, time
from decimal import Decimal

import pytest

from tests.county import told
from tests.delivery.conftest import AT, Shop
from tests.given import grant
from zhucan.cases.facts import judge
from zhucan.cases.models import Award
from zhucan.core.months import Month
from zhucan.delivery import fittings, plans
from zhucan.delivery.fittings import FittingRefused
from zhucan.delivery.models import Fitting
from zhucan.policy.catalogue import scheme
from zhucan.registry import services as registry
from zhucan.registry.models import Person

pytestmark = pytest.mark.django_db


def done(award: Award, kind: str, day: str, **more: object) -> Fitting:
    return fittings.record(award=award, kind=kind, day=date.fromisoformat(day), worker="王师傅", at=AT, by=None, **more)  # type: ignore[arg-type]  # works, note


@pytest.fixture
def leg(shop: Shop) -> Award:
    person = shop.county.person()
    shop.county.certify(person, "physical", 2)
    return grant(shop.county, person, scheme("device-prosthesis-below-knee"), 400_000, "2025-03-03", quantity=1)


def fact(person: Person, name: str) -> object:
    return judge(person, Month(2025, 12), division="330499000000").facts[name]


def test_s155_a_prosthesis_is_measured_fitted_accepted_and_the_next_one_is_due_after_its_years(leg: Award):
    for kind, day in (
        ("measure", "2025-03-05"),
        ("fit", "2025-04-01"),
        ("train", "2025-04-10"),
        ("accept", "2025-04-20"),
    ):
        done(leg, kind, day)
    done(leg, "repair", "2025-09-01", note="换接受腔衬套")
    leg.refresh_from_db()

    assert [(one.kind, str(one.day), one.worker) for one in leg.fittings.all()][:2] == [
        ("measure", "2025-03-05", "王师傅"), ("fit", "2025-04-01", "王师傅"),
    ]  # fmt: skip
    assert leg.ends_on == date(2029, 4, 20)  # four years in this county
    assert fact(leg.person, "accepted_lower_prosthesis") == date(2025, 4, 20)


def test_rh_22_the_years_of_use_run_from_the_acceptance(shop: Shop):
    person = shop.county.person()
    shop.county.certify(person, "physical", 2)
    shop.county.dibao(person)
    chair = grant(shop.county, person, scheme("device-wheelchair"), 100_000, "2021-01-04", quantity=1)
    done(chair, "accept", "2021-05-10")

    item = scheme("device-wheelchair")
    years = next(place for place, one in enumerate(item.conditions) if "最低使用年限" in one.label)

    def due(on: str) -> bool:
        day = date.fromisoformat(on)
        decision = judge(person, Month.of(day), division="330499000000", applied_on=day).decisions[item.id]
        return not (decision.not_met | decision.unknown) >> years & 1

    assert not due("2025-05-09")
    assert due("2025-05-10")


def test_a_second_acceptance_years_later_is_a_finding_of_its_own(shop: Shop, leg: Award):
    done(leg, "accept", "2025-04-20")
    again = grant(shop.county, leg.person, scheme(leg.scheme), 400_000, "2025-06-02", quantity=1)
    later = done(again, "accept", "2025-07-01")

    assert fact(leg.person, "accepted_lower_prosthesis") == date(2025, 7, 1)
    fittings.take_back(fitting=later, reason="录错人", at=AT, by=None)
    assert fact(leg.person, "accepted_lower_prosthesis") == date(2025, 4, 20)
    assert Award.objects.get(pk=again.pk).ends_on is None
    assert done(again, "accept", "2025-07-02")


def test_what_does_not_fit_is_refused_and_changes_nothing(shop: Shop, leg: Award):
    for kind, day, more, said in (
        ("accept", "2025-03-02", {}, "早于批准日期"),
        ("accept", "2026-03-02", {}, "还没有到"),
        ("repair", "2025-04-01", {}, "要在发放或验收之后"),
        ("polish", "2025-04-01", {}, "没有事项"),
    ):
        with pytest.raises(FittingRefused, match=said):
            done(leg, kind, day, **more)
    done(leg, "accept", "2025-04-20")
    with pytest.raises(FittingRefused, match="已于 2025-04-20 验收"):
        done(leg, "accept", "2025-04-21")
    with pytest.raises(FittingRefused, match="能不能正常使用"):
        done(leg, "visit", "2025-05-01")
    with pytest.raises(FittingRefused, match="不是辅助器具"):
        done(grant(shop.county, leg.person, scheme("cataract-surgery"), 0, "2025-04-01"), "accept", "2025-04-20")
    registry.record_death(person=leg.person, day=date(2025, 6, 1), witness=told("2025-06-02"))
    with pytest.raises(FittingRefused, match="已去世"):
        done(leg, "visit", "2025-06-02", works=True)

    assert Fitting.objects.count() == 1


def test_an_implantation_that_succeeded_is_the_day_that_rules_about_implants_ask_for(shop: Shop):
    child = shop.county.person(born=date(2018, 3, 2))
    award = grant(shop.county, child, scheme("cochlear-implant"), 0, "2025-03-03", quantity=1)
    plan = plans.plan(
        award=award, institution=shop.centre, discipline="surgery", units=1, unit="例", starts_on=date(2025, 3, 4),
        ends_on=date(2026, 1, 1), goal="植入并开机", at=AT, by=None,
    )  # fmt: skip
    plans.record(
        plan=plan,
        day=date(2025, 4, 8),
        begins=time(9),
        ends=time(12),
        units=1,
        worker="李医生",
        signed_by="家长",
        at=AT,
        by=None,
    )
    plans.close(plan=plan, day=date(2025, 5, 8), at=AT, by=None, reached=True, end_score=Decimal(1))

    assert fact(child, "implanted") == date(2025, 4, 8)

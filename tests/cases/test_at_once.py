"""Two who act on one case at the same moment: one comes through, the other gets one clear sentence, nothing is half done."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests import caseload
from tests.caseload import Office
from tests.county import County
from tests.payments.test_at_once import at_once, meet, one_of, shared  # noqa: F401  the fixtures are used by name
from zhucan.cases import applying, deciding
from zhucan.cases.models import Application, Award, Bundle, Decision, Move
from zhucan.cases.moving import Actor
from zhucan.cases.taking import take
from zhucan.orgs.clock import moment
from zhucan.orgs.models import User


@pytest.fixture
def place(shared: str, settings: Any, tmp_path: Path) -> Office:  # noqa: F811  a fixture asks for it by name
    settings.ZHUCAN_HOME = tmp_path
    return caseload.make(County())


def test_of_two_decisions_at_once_one_stands(place: Office, meet):  # noqa: F811  a fixture asks for it by name
    one = place.ask(place.person())[0]
    place.step(one, "check", "2025-03-04")
    one = place.step(one, "publicise", "2025-03-05")
    third = User.objects.create(username="third")
    meet(deciding, "weigh")

    def act(user: User, step: str) -> Any:
        day = date(2025, 4, 1)
        return take(
            application=one,
            step=step,
            actor=Actor(user, "approver"),
            on=day,
            at=moment(day),
            reason="理由",
            seen=one.state,
        )

    one_of(at_once(lambda: act(place.approver, "approve"), lambda: act(third, "refuse")), "刷新页面")

    decision = Decision.objects.get()
    assert Award.objects.count() == int(decision.granted)
    assert Move.objects.filter(step__in=("approve", "refuse")).count() == 1
    assert Application.objects.get().state == ("approved" if decision.granted else "refused")


def test_of_two_forms_for_one_scheme_at_once_one_is_taken(place: Office, meet):  # noqa: F811  a fixture asks for it by name
    person = place.person()
    meet(applying, "_may_ask")

    one_of(at_once(lambda: place.ask(person), lambda: place.ask(person)), "：")

    assert Application.objects.count() == Bundle.objects.count() == 1

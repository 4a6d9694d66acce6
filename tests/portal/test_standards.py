"""S188: what a county promises of each service stands on a public page, from its own flow and days."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.county import County
from zhucan.cases.pledges import main_steps, pledges
from zhucan.orgs.clock import moment
from zhucan.orgs.standards import set_standard
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.steps import FLOWS, State

pytestmark = pytest.mark.django_db


def test_s188_each_service_is_published_with_its_steps_days_visits_and_papers(county: County):
    before = {one.scheme.id: one for one in pledges("330499", date(2025, 3, 3))}
    set_standard(
        name="days_county_check", place="330499", valid_from=date(2025, 1, 1), value="2", document="示例县承诺（虚构）",
        at=moment(date(2025, 1, 2)), by=None,
    )  # fmt: skip
    after = {one.scheme.id: one for one in pledges("330499", date(2025, 3, 3))}
    page = Client().get(reverse("portal:standards"), {"county": "330499000000"}).content.decode()

    training = before["child-rehabilitation"]
    assert training.steps == (("初审通过", 5), ("录入评定结果", 15), ("批准", 5), ("办结", 20))
    assert (training.days, training.visits) == (25, 2)
    assert before["mental-inpatient-subsidy"].days - after["mental-inpatient-subsidy"].days == 3
    assert after["nursing-subsidy"].steps[2] == ("批准", 10)
    for one in after.values():
        assert f"<b>{one.scheme.name}</b>：{one.days} 个工作日内决定，最多跑 {one.visits} 次" in page
        assert all(paper.label in page for paper in one.scheme.materials)
    assert "没有规定天数" not in page


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.id)
def test_the_main_steps_of_a_flow_lead_from_being_handed_in_to_its_end(flow):
    steps = list(main_steps(flow))

    assert [step.source for step in steps[1:]] == [step.target for step in steps[:-1]]
    assert steps[-1].target is State.DELIVERED
    assert not [step for step in steps if step.needs_reason]


def test_a_service_that_the_county_does_not_run_is_not_promised(county: County):
    told = {one.scheme.id for one in pledges("330498", date(2025, 3, 3))}

    assert told < {item.id for item in SCHEMES}
    assert "household-goods" not in told

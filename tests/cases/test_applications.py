"""From asking to a decision: by the steps, within the working days, by two people, with the rule's reasons."""

from datetime import date

import pytest

from tests.caseload import Office
from tests.county import told
from zhucan.cases import deciding
from zhucan.cases.applying import ApplicationRefused, amend, proposals
from zhucan.cases.asking import AnswersRefused
from zhucan.cases.deciding import DecisionRefused
from zhucan.cases.models import Application, Award, Bundle, Decision, Move, Notice
from zhucan.cases.moving import Actor, StepRefused
from zhucan.cases.queries import find, open_in, overdue, waiting_for
from zhucan.cases.reopening import ReviewRefused, review
from zhucan.orgs.clock import moment
from zhucan.orgs.models import AuditEntry, User
from zhucan.orgs.standards import set_standard
from zhucan.policy.parameters import PARAMETERS, baseline
from zhucan.policy.steps import FLOWS, State
from zhucan.registry import services as registry


def test_a_monthly_subsidy_from_asking_to_its_award(office: Office):
    one = office.ask(office.person())[0]
    assert (one.state, one.due_on) == ("submitted", date(2025, 3, 10))  # five working days

    done = office.decided(one)

    assert (done.state, done.decided_on) == ("approved", date(2025, 4, 1))
    award = Award.objects.get()
    assert (award.applied_on, award.start, award.approved_by) == (date(2025, 3, 3), 2025 * 12 + 2, office.approver)
    assert [move.step for move in done.moves.all()] == ["submit", "check", "publicise", "approve"]
    assert Notice.objects.filter(application=one).count() == 4
    decision = done.decision
    assert (decision.granted, decision.judged, decision.amount_fen) == (True, "yes", 50000)
    assert decision.facts["grade_physical"] == 1
    assert all(reason["met"] for reason in decision.reasons)
    assert list(deciding.faults()) == []


def test_a_decision_that_was_changed_behind_the_program_shows(office: Office):
    office.decided(office.ask(office.person())[0])
    Decision.objects.update(amount_fen=99900)
    assert len(list(deciding.faults())) == 1


def test_publicity_must_be_over_before_the_decision(office: Office):
    one = office.ask(office.person())[0]
    with pytest.raises(StepRefused, match="公示"):
        office.decided(one, on="2025-03-12")  # the fifth working day of publicity
    assert office.step(one, "approve", "2025-03-13", "approver").state == "approved"


def test_nobody_decides_what_they_checked(office: Office):
    one = office.ask(office.person())[0]
    with pytest.raises(StepRefused, match="另一个人"):
        office.decided(one, by=office.clerk)
    assert not Decision.objects.exists()


def test_a_role_takes_only_its_steps(office: Office):
    one = office.ask(office.person())[0]
    with pytest.raises(StepRefused, match="财务不能"):
        office.step(one, "check", "2025-03-04", "finance")
    with pytest.raises(StepRefused, match="不能这样办"):
        office.step(one, "approve", "2025-03-04", "approver")
    with pytest.raises(StepRefused, match="早于上一步"):
        office.step(one, "check", "2025-03-02")


def test_the_clock_stands_while_papers_are_awaited(office: Office):
    one = office.ask(office.person())[0]
    office.step(one, "ask", "2025-03-04", reason="户口簿看不清")
    assert not open_in("330499").filter(overdue(date(2025, 4, 1))).exists()
    back = office.step(one, "supply", "2025-03-18", "applicant")  # ten working days later
    assert (back.due_on, back.paused_on) == (date(2025, 3, 24), None)
    assert open_in("330499").filter(overdue(date(2025, 3, 25))).exists()
    assert "户口簿看不清" in Notice.objects.filter(text__contains="补正").get().text


def test_asking_for_papers_needs_a_reason(office: Office):
    with pytest.raises(StepRefused, match="写明原因"):
        office.step(office.ask(office.person())[0], "ask", "2025-03-04")


def test_a_place_sets_its_own_deadlines(office: Office):
    set_standard(
        name="days_public_check", place="330499", valid_from=date(2025, 1, 1), value="1", document="示例承诺", at=moment(
            date(2025, 1, 1)), by=None,
    )  # fmt: skip
    assert office.ask(office.person())[0].due_on == date(2025, 3, 4)


def test_a_no_is_never_granted_and_is_refused_with_its_reasons(office: Office):
    one = office.ask(office.person(category="hearing", grade=4))[0]
    with pytest.raises(DecisionRefused, match="不能批准"):
        office.decided(one, reason="领导同意")
    refused = office.step(one, "refuse", "2025-04-01", "approver")
    assert refused.state == "refused"
    assert "护理补贴范围" in refused.decision.reason
    assert refused.closed_on == date(2025, 4, 1)
    assert not Award.objects.exists()


def test_an_unknown_is_granted_only_with_a_reason_that_says_what_was_missing(office: Office):
    person = office.county.person()
    registry.move(person=person, day=person.born, division=office.village, witness=told("2020-01-02"))
    office.county.certify(person, "physical", 1)
    one = office.ask(person, "living-allowance")[0]  # whether the family is in hardship is not known
    with pytest.raises(DecisionRefused, match="还不能确定"):
        office.decided(one)
    done = office.step(one, "approve", "2025-04-01", "approver", reason="民政来函证明为低保家庭")
    assert (done.decision.judged, done.decision.granted) == ("unknown", True)
    assert "困难" in done.decision.missing


def test_a_review_is_a_new_decision_by_somebody_else(office: Office):
    person = office.person(category="hearing", grade=4)
    one = office.decided(office.ask(person)[0], step="refuse")
    again = review(
        application=one, actor=Actor(office.clerk, "township_clerk"), on=date(2025, 4, 10), at=moment(date(2025, 4, 10)),
        reason="评定等级有误",
    )  # fmt: skip
    assert (again.state, again.applied_on) == ("publicised", one.applied_on)
    with pytest.raises(StepRefused, match="另一个人"):
        office.step(again, "refuse", "2025-04-20", "approver")
    office.county.certify(person, "hearing", 2, issued="2025-02-01")
    third = User.objects.create(username="third")
    assert office.step(again, "approve", "2025-04-20", "approver", by=third).state == "approved"
    with pytest.raises(ReviewRefused):
        review(application=one, actor=Actor(None, "applicant"), on=date(2025, 4, 21), at=moment(date(2025, 4, 21)), reason="再来")  # fmt: skip


def test_a_review_is_asked_for_in_time(office: Office):
    one = office.decided(office.ask(office.person(category="hearing", grade=4))[0], step="refuse")
    late = date(2025, 6, 2)
    with pytest.raises(ReviewRefused, match="2025-05-31"):
        review(application=one, actor=Actor(None, "applicant"), on=late, at=moment(late), reason="晚了")


def test_an_applicant_withdraws_and_asks_again(office: Office):
    person = office.person()
    one = office.ask(person)[0]
    assert office.step(one, "withdraw", "2025-03-04", "applicant").closed_on == date(2025, 3, 4)
    assert office.ask(person, on="2025-03-05")[0].pk != one.pk


def test_a_case_goes_with_its_months_to_the_place_somebody_moved_to(office: Office):
    person = office.person()
    one = office.ask(person, on="2025-03-03")[0]
    with pytest.raises(StepRefused, match="没有迁到外县"):
        office.step(one, "transfer", "2025-05-06", reason="听说搬了")
    registry.move(person=person, day=date(2025, 4, 10), division=office.county.b, witness=told("2025-05-01"))
    with pytest.raises(StepRefused, match="已迁到外县"):
        office.decided(one, on="2025-05-06")
    office.step(one, "transfer", "2025-05-06", reason="户籍迁出")
    there = Application.objects.get(transferred_from=one)
    assert (there.division_id, there.state, there.applied_on) == (office.county.b.code, "submitted", date(2025, 4, 10))
    assert "2025年4月至2025年5月由那里办理" in there.moves.get().reason
    assert "2025年3月起迁移以前的月份仍归原地" in there.moves.get().reason


# --- what cannot be asked for ---------------------------------------------------------------------------------------


def _refused(office: Office, match: str, *args: object, **more: object) -> None:
    before = (Bundle.objects.count(), Application.objects.count(), Move.objects.count(), Notice.objects.count())
    with pytest.raises((ApplicationRefused, AnswersRefused), match=match) as told_:
        office.ask(*args, **more)  # type: ignore[arg-type]  # what is asked wrongly
    assert str(told_.value).endswith("。")
    assert before == (Bundle.objects.count(), Application.objects.count(), Move.objects.count(), Notice.objects.count())


def test_nobody_asks_for_what_they_receive_or_have_asked_for(office: Office):
    person = office.person()
    office.county.grant(person, "2025-01-06", schemes=("living-allowance",))
    _refused(office, "已经在享受", person, "living-allowance")
    office.ask(person)
    _refused(office, "正在办", person, "nursing-subsidy")
    _refused(office, "正在办", person, "certificate-replacement", "nursing-subsidy", facts={"loss_kind": "lost"})


def test_a_withdrawn_subsidy_may_be_asked_for_again(office: Office):
    from zhucan.cases import awards

    person = office.person()
    office.county.grant(person, "2025-01-06", schemes=("nursing-subsidy",))
    awards.withdraw(
        award=Award.objects.get(), on=date(2025, 2, 3), at=moment(date(2025, 2, 3)), by=None, reason="不要了"
    )
    assert office.ask(person)


def test_the_dead_ask_for_nothing(office: Office):
    person = office.person()
    registry.record_death(person=person, day=date(2025, 2, 20), witness=told("2025-03-01"))
    _refused(office, "已去世", person)
    _refused(office, "已去世", person, relation="kin", applicant="家属", authorisation="户口簿")


def test_nobody_asks_outside_their_place_or_before_they_were_born(office: Office):
    person = office.person()
    _refused(office, "不在您的辖区", person, within="330498")
    _refused(office, "早于出生", person, on="1960-01-04", at=moment(date(2025, 3, 3)))
    _refused(office, "还没有到", person, on="2025-03-10", at=moment(date(2025, 3, 3)))
    registry.move(person=person, day=date(2025, 2, 1), division=office.county.b, witness=told("2025-02-01"))
    _refused(office, "不在您的辖区", person, within="330499101")


def test_whoever_asks_for_another_says_by_what_right(office: Office):
    child = office.person(born=date(2019, 2, 1))
    _refused(office, "由监护人", child, relation="self", authorisation="")
    _refused(office, "写明依据", child, authorisation="")
    registry.set_guardian(
        person=child, day=child.born, name="测试家长", relation="母亲", phone="13800000000", witness=told("2020-03-01")
    )
    assert office.ask(child, authorisation="")[0].bundle.relation == "guardian"
    adult = office.person()
    _refused(office, "写明依据", adult, relation="commissioner", applicant="委员", role="commissioner")


def test_answers_that_cannot_be_are_refused(office: Office):
    person = office.person()
    _refused(office, "之一", person, "certificate-replacement", facts={"loss_kind": True})
    _refused(office, "之一", person, "certificate-replacement", facts={"loss_kind": "stolen"})
    _refused(office, "没有选", person, "nursing-subsidy", "nursing-subsidy")


def test_an_event_proposes_what_concerns_it_and_leaves_out_what_is_of_no_use(office: Office):
    child = office.person(born=date(2019, 2, 1), category="hearing", grade=1)
    found = proposals(child, date(2025, 3, 3), event="child_diagnosed")
    likely = {one.scheme.id: one.likely for one in found}
    assert (likely["living-allowance"], likely["nursing-subsidy"], likely["certificate-new"]) == (True, True, False)
    assert [one.likely for one in found] == sorted(likely.values(), reverse=True)
    assert "startup-grant" not in likely
    office.ask(child)
    assert not next(one for one in proposals(child, date(2025, 3, 3), event="child_diagnosed") if one.scheme.id == "nursing-subsidy").likely  # fmt: skip


def test_a_queue_is_the_roles_own_and_nobody_elses(office: Office):
    one = office.ask(office.person())[0]
    assert list(open_in("330499101").filter(waiting_for("township_clerk"))) == [one]
    assert not open_in("330499").filter(waiting_for("approver")).exists()
    assert not open_in("330498").exists()
    office.step(one, "check", "2025-03-04")
    assert not open_in("330499").filter(waiting_for("township_clerk")).exists()
    assert find(one.number).pk == one.pk


def test_every_deadline_of_a_flow_is_a_parameter_with_the_flows_own_national_value():
    national = {row.parameter: row.value for row in baseline() if not row.division}
    for flow in FLOWS:
        for step in flow.steps:
            for name, days in ((flow.deadline(step), step.days), (flow.pause(step), step.wait)):
                if name:
                    assert name in PARAMETERS
                    assert national[name] == str(days), name


def test_every_state_but_the_final_ones_is_left_by_somebody():
    for flow in FLOWS:
        assert {state for state in flow.states if state in flow.final} <= {
            State.DELIVERED, State.REFUSED, State.WITHDRAWN, State.TRANSFERRED,
        }  # fmt: skip


def test_what_staff_verify_takes_the_place_of_an_answer_and_whoever_wrote_it_does_not_decide(office: Office):
    one = office.ask(office.person(), "certificate-replacement", facts={"loss_kind": "lost"})[0]
    day, clerk = date(2025, 3, 4), Actor(office.clerk, "county_clerk")
    changed = amend(application=one, facts={"loss_kind": "damaged"}, items=(), actor=clerk, on=day, at=moment(day))
    assert changed.answers == {"facts": {"loss_kind": "damaged"}}
    move = changed.moves.last()
    assert (move.step, move.reason) == ("amend", "核实改填：补办的原因")
    kept = AuditEntry.objects.get(detail__step="amend").detail["before"]
    assert '"lost"' in kept
    with pytest.raises(StepRefused, match="另一个人"):
        office.step(changed, "refuse", "2025-03-05", reason="不实")
    with pytest.raises(ApplicationRefused, match="不能改"):
        amend(application=one, facts={}, items=(), actor=Actor(None, "applicant"), on=day, at=moment(day))

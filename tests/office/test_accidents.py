"""The pages of accident insurance: a policy, whom the rule names, the insured taken out for the insurer, claims."""

from datetime import date

from django.test import Client
from django.urls import reverse

from tests.caseload import Office
from tests.county import told
from tests.office.test_reliefs import days, enter
from zhucan.delivery import accidents
from zhucan.delivery.models import AccidentClaim, AccidentPolicy
from zhucan.orgs.clock import moment
from zhucan.orgs.models import AuditEntry, Role
from zhucan.orgs.standards import set_standard
from zhucan.registry.findings import set_finding
from zhucan.registry.models import Person

START, END = date(2025, 3, 3), date(2026, 3, 3)


def _able(office: Office) -> Person:
    for name, value in (("accident_insurance_offered", "true"), ("accident_insurance_premium", "60.00")):
        set_standard(
            name=name, place=office.county.a.code, value=value, valid_from=date(2025, 1, 1), document="示例县文件",
            at=moment(date(2025, 1, 2)), by=None,
        )  # fmt: skip
    person = office.person()
    set_finding(person=person, day=date(2025, 1, 1), kind="can_work", said="是", witness=told("2025-01-02"))
    return person


def _opened(client: Client) -> AccidentPolicy:
    said = {"insurer": "示例财险", "number": "A1", "premium": "60", "payer": "government"}
    assert client.post(reverse("office:accidents-new"), said | days(starts_on=START, ends_on=END)).status_code == 302
    return AccidentPolicy.objects.get()


def test_a_policy_goes_from_the_list_by_rule_to_a_claim_paid(office: Office):
    person = _able(office)
    client = enter(office)
    policy = _opened(client)
    page, take_out = (reverse(f"office:accidents-{name}", args=[policy.pk]) for name in ("policy", "export"))
    said = {"purpose": "交承保公司投保", "kind": "csv", "which": "due"}
    listed = client.post(take_out, said).content.decode("utf-8-sig").splitlines()
    assert "用途：交承保公司投保，共 1 行" in listed[0]
    assert listed[2].split(",")[0] == str(person.pk)
    assert AuditEntry.objects.filter(action="office.exported", target=f"accident-policy:{policy.pk}").count() == 1

    insure = reverse("office:accidents-insure", args=[policy.pk])
    early = client.post(insure, days(day=date(2025, 3, 2)))
    assert (early.status_code, "不在保险期间" in early.content.decode()) == (422, True)
    assert "已登记参保 1 人" in client.post(insure, days(day=START), follow=True).content.decode()
    assert len(client.post(take_out, said | {"which": "insured"}).content.decode("utf-8-sig").splitlines()) == 3
    assert len(client.post(take_out, said).content.decode("utf-8-sig").splitlines()) == 2  # nobody is due any more

    claim = reverse("office:accidents-claim", args=[policy.insured.get().pk])
    paid = days(accident_on=date(2025, 5, 1), paid_on=date(2025, 6, 1)) | {"amount": "1,234.50"}
    assert client.post(claim, paid).status_code == 302
    assert client.post(claim, paid).status_code == 422  # the same again
    told_ = client.get(page).content.decode()
    assert "1,234.50" in told_
    assert "1,234.50" in client.get(reverse("office:accidents")).content.decode()
    back = reverse("office:accidents-claim-retract", args=[AccidentClaim.objects.get().pk])
    assert client.post(back, {"reason": "登记错人"}).status_code == 302
    assert "已撤回" in client.get(page).content.decode()

    reported = days(accident_on=date(2025, 7, 1), reported_on=date(2025, 7, 2))
    assert client.post(claim, reported).status_code == 302
    waiting = AccidentClaim.objects.get(reported_on=date(2025, 7, 2))
    decide, pay = (reverse(f"office:accidents-claim-{name}", args=[waiting.pk]) for name in ("decide", "pay"))
    assert decide in client.get(page).content.decode()
    both = days(decided_on=date(2025, 7, 9)) | {"amount": "500", "refusal": "免责"}
    assert client.post(decide, both).status_code == 422
    assert client.post(decide, days(decided_on=date(2025, 7, 9)) | {"amount": "500"}).status_code == 302
    assert "已赔付</dt><dd>0.00 元" in client.get(page).content.decode()
    assert client.post(pay, days(paid_on=date(2025, 7, 20))).status_code == 302
    assert "已赔付</dt><dd>500.00 元" in client.get(page).content.decode()


def test_a_policy_of_another_county_is_not_there(office: Office):
    made = accidents.open_policy(
        division=office.county.b, insurer="示例财险", number="B1", premium_fen=100, payer="self", starts_on=START, ends_on=END,
        at=moment(START), by=None,
    )  # fmt: skip
    client = enter(office, Role.LEADER)
    assert client.get(reverse("office:accidents-policy", args=[made.pk])).status_code == 404
    assert "B1" not in client.get(reverse("office:accidents")).content.decode()

"""Doubts on pages: a list comes in, both sides and the money are seen, and only then is anything recorded."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from tests.county import County, told
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Appointment, Division, Role, User
from zhucan.payments import recoveries
from zhucan.payments.effects import effects_of
from zhucan.payments.models import Line, LineKind
from zhucan.registry import services
from zhucan.registry.crosschecks import comparing, settling
from zhucan.registry.crosschecks.importing import import_list
from zhucan.registry.models import Death, Doubt, Person

NS, BOTH = "nursing-subsidy", ("living-allowance", "nursing-subsidy")


@pytest.fixture
def people(county: County) -> list[Person]:
    """Three paid by the county through June 2025: one both subsidies, one the nursing subsidy, one both."""
    found = [county.person() for _ in range(3)]
    for person, schemes in zip(found, (BOTH, (NS,), BOTH), strict=True):
        county.certify(person, "physical", 2)
        county.dibao(person)
        county.grant(person, "2025-05-06", schemes=schemes)
    county.book("2025-05")
    county.book("2025-06")
    return found


def _police(path: Path, rows: list[tuple[Person, str]]) -> Path:
    """Write the list of deaths as the police send it: a title, their own words, GB18030."""
    lines = ["示例县2025年6月死亡人员信息,,,", "序号,死者姓名,公民身份号码,死亡时间"]
    lines += [f"{number},{person.name},{person.id_number},{day}" for number, (person, day) in enumerate(rows, 1)]
    path.write_bytes("\r\n".join([*lines, "填报单位：示例县公安局,,,"]).encode("gb18030"))
    return path


def test_a_death_list_of_the_police_stops_three_benefits_and_opens_two_recoveries(
    county: County, people: list[Person], tmp_path: Path
):
    at = moment(date(2025, 7, 5))
    path = _police(tmp_path / "死亡.csv", [(people[0], "2025年5月20日"), (people[1], "2025/6/20")])
    result = import_list(kind="death", path=path, at=at, by=county.clerk, division=county.a.code)
    assert (result.exact, len(result.rejected)) == (2, 0)

    foretold = 0
    for doubt in Doubt.objects.all():
        change = effects_of(
            person=doubt.person,
            change=lambda doubt=doubt: comparing.record(doubt, settling.witness_of(doubt, at, county.clerk)),
            at=at,
        )
        foretold += change.difference_fen
    assert not Death.objects.exists()
    settling.accept_all(doubts=list(Doubt.objects.all()), at=at, by=county.clerk)
    run = county.book("2025-07")

    lines = Line.objects.filter(run=run)
    stopped = lines.filter(kind=LineKind.STOP)
    recovered = lines.filter(kind=LineKind.RECOVERY)
    assert sorted(stopped.values_list("person_id", "scheme", "cause")) == [
        *[(people[0].pk, scheme, "died") for scheme in BOTH], (people[1].pk, NS, "died"),
    ]  # fmt: skip
    assert {(one.person_id, one.month, one.cause) for one in recovered} == {
        (people[0].pk, Month(2025, 6).index, "died")
    }
    assert recovered.count() == 2
    assert len(list(recoveries.debts(people[0]))) == 2
    # what was foretold is what the run did: the recoveries, and July not paid, of which the third, alike, still tells
    july = dict(lines.filter(person=people[2]).values_list("scheme", "amount_fen"))
    spared = sum(july[scheme] for scheme in BOTH) + july[NS]
    assert foretold == sum(recovered.values_list("amount_fen", flat=True)) - spared
    assert not lines.filter(person=people[2]).exclude(kind=LineKind.REGULAR).exists()


@pytest.fixture
def enter(county: County, settings, tmp_path: Path) -> Callable[..., Client]:
    settings.ZHUCAN_HOME = tmp_path

    def client(role: Role = Role.COUNTY_CLERK, place: Division | None = None) -> Client:
        where = place or county.a
        user, _ = User.objects.get_or_create(username=f"{role}-{where.pk}")
        Appointment.objects.get_or_create(user=user, role=role, division=where, valid_from=date(2020, 1, 1))
        made = Client()
        made.force_login(user)
        return made

    return client


def _work_off() -> None:
    for row in DBTaskResult.objects.ready():
        row.claim("test")
        row.set_successful(row.task.call(**row.args_kwargs["kwargs"]))


@pytest.fixture
def clerk(enter: Callable[..., Client]) -> Client:
    return enter()


def _upload(client: Client, rows: str, name: str = "死亡.csv", kind: str = "death") -> str:
    file = SimpleUploadedFile(name, ("姓名,身份证号,死亡日期\n" + rows).encode())
    answer = client.post(reverse("office:doubts-new-list"), {"list": kind, "file": file})
    assert answer.status_code == 302, answer.content.decode()
    _work_off()
    return answer["Location"]


@pytest.fixture
def listed(clerk: Client, people: list[Person]) -> str:
    return _upload(clerk, "".join(f"{one.name},{one.id_number},2025-05-03\n" for one in people[:2]) + "陈无名,,\n")


def _doubt(person: Person) -> str:
    return reverse("office:doubts-doubt", args=[Doubt.objects.get(person=person).pk])


def test_a_list_is_compared_and_nothing_is_recorded(clerk: Client, listed: str, people: list[Person]):
    page = clerk.get(listed)
    counts = page.context["result"]["counts"]
    assert (counts["doubts"], counts["rejected"]) == (2, 1)
    assert "没有填写死亡日期" in page.content.decode()
    assert clerk.post(f"{listed}marked/").content.startswith(b"PK")
    assert not Death.objects.exists()
    rows = clerk.get(reverse("office:doubts")).context["rows"]
    assert [row["doubt"].person for row in rows] == people[:2]


def test_a_doubt_shows_both_sides_and_the_money_and_is_then_accepted(clerk: Client, listed: str, people: list[Person]):
    page = clerk.get(_doubt(people[0]))
    text = page.content.decode()
    assert page.context["effects"].difference_fen < 0
    assert "2025-05-03 死亡" in text
    assert people[0].id_number not in text
    assert not Death.objects.exists()

    answer = clerk.post(_doubt(people[0]), {"step": "accept"}, follow=True)
    assert "已采信并登记" in answer.content.decode()
    assert Death.objects.get().person == people[0]
    again = clerk.post(_doubt(people[0]), {"step": "accept"})
    assert again.status_code == 422
    assert "已经处理过" in again.content.decode()


def test_a_list_is_wrong_only_with_a_reason_and_is_then_counted(clerk: Client, listed: str, people: list[Person]):
    assert clerk.post(_doubt(people[0]), {"step": "reject"}).status_code == 422
    assert clerk.post(_doubt(people[0]), {"step": "nothing"}).status_code == 422
    clerk.post(_doubt(people[0]), {"step": "reject", "reason": "上门见到本人"})
    _upload(clerk, f"{people[0].name},{people[0].id_number},2025-05-03\n", name="又一份.csv")

    (row,) = clerk.get(reverse("office:doubts-sources")).context["rows"]
    assert (row["record"].rejected, row["record"].repeats) == (1, 1)
    assert not Death.objects.exists()
    settled = clerk.get(f"{reverse('office:doubts')}?settled=yes").content.decode()
    assert "上门见到本人" in settled


def test_exact_ones_are_weighed_together_before_they_are_accepted(clerk: Client, listed: str, people: list[Person]):
    answer = clerk.post(reverse("office:doubts-weigh"), {"kind": "death"})
    _work_off()
    page = clerk.get(answer["Location"])
    assert len(page.context["rows"]) == 2
    assert page.context["total"].startswith("-")
    assert not Death.objects.exists()

    clerk.post(f"{answer['Location']}accept/")
    assert {one.person for one in Death.objects.all()} == set(people[:2])
    assert "没有号码一致" in clerk.post(reverse("office:doubts-weigh"), {}, follow=True).content.decode()


def test_a_doubt_referred_stands_with_the_township_and_below_only_the_own_place_is_seen(
    clerk: Client, enter: Callable[..., Client], county: County, people: list[Person]
):
    town = Division.objects.create(code="330499001000", name="示例镇", level="township", parent=county.a)
    village = Division.objects.create(code="330499001001", name="示例村", level="village", parent=town)
    services.move(person=people[0], day=date(2024, 1, 1), division=village, witness=told("2024-01-01"))
    _upload(clerk, "".join(f"{one.name},{one.id_number},2025-05-03\n" for one in people[:2]))
    clerk.post(_doubt(people[0]), {"step": "refer", "reason": "请上门核实"})

    township = enter(Role.TOWNSHIP_CLERK, town)
    rows = township.get(f"{reverse('office:doubts')}?own=yes").context["rows"]
    assert [row["doubt"].person for row in rows] == [people[0]]
    assert any("疑点" in todo.what for todo in township.get(reverse("office:home")).context["todos"])
    mine = enter(Role.COMMISSIONER, village)
    assert mine.get(_doubt(people[0])).status_code == 200
    assert mine.get(_doubt(people[1])).status_code == 404
    assert mine.post(_doubt(people[0]), {"step": "accept"}).status_code == 404
    assert not Death.objects.exists()


def test_a_wrong_file_is_told_in_one_sentence_and_leaves_nothing(clerk: Client, people: list[Person]):
    page = clerk.get(_upload(clerk, "", kind="move"))

    assert "没有找到表头" in page.content.decode()
    assert not Doubt.objects.exists()


def test_the_deadline_passed_is_told_first(clerk: Client, listed: str, people: list[Person]):
    Doubt.objects.filter(person=people[1]).update(due=date.min + timedelta(days=9000))

    page = clerk.get(reverse("office:doubts"))
    assert page.context["rows"][0]["doubt"].person == people[1]
    assert "有 1 条过了期限" in page.content.decode()

    Doubt.objects.filter(person=people[1]).update(due=None)
    page = clerk.get(reverse("office:doubts"))
    assert page.context["rows"][-1]["doubt"].person == people[1]
    assert "等放假安排公布" in page.content.decode()
    assert "等放假安排公布后才能算" in clerk.get(_doubt(people[1])).content.decode()
    Doubt.objects.update(due=None)
    assert any("疑点" in todo.what for todo in clerk.get(reverse("office:home")).context["todos"])

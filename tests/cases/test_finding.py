"""Finding people: the lists over everybody say what the rule says of each one, and outcomes tell how right they were."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from tests.county import County, told
from zhucan.cases import awards, informing, judging
from zhucan.cases.facts import judge
from zhucan.cases.finding import List, Look, look
from zhucan.cases.informing import ApproachRefused
from zhucan.cases.models import Approach, FoundRow, KeptLook
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.policy.engine import Outcome
from zhucan.policy.explain import explain
from zhucan.policy.facts import BY_NAME
from zhucan.policy.schemes import Cadence, Group
from zhucan.registry import services
from zhucan.registry.models import Person
from zhucan.registry.spells import Witness

LS, NS = "living-allowance", "nursing-subsidy"
DAY = date(2025, 6, 10)
AT = moment(DAY + timedelta(days=1))


def _ids(found: Look, scheme: str, wanted: List) -> set[int]:
    return {row.person_id for row in found.rows if (row.scheme, row.list) == (scheme, wanted)}


def _look(place: Division, **more: object) -> Look:
    return look(division=place, on=DAY, known_at=AT, **more)


@pytest.fixture
def people(county: County) -> dict[str, Person]:
    """Somebody for every list: `poor` gets nothing yet, `paid` receives rightly, `dead` and `moved` still hold awards."""
    names = ("poor", "paid", "dead", "moved", "asked", "slight", "bare", "rich")
    found = {name: county.person() for name in names}
    for name, person in found.items():
        if name != "bare":
            county.certify(person, "physical", 3 if name == "slight" else 2)
        if name not in ("asked", "rich"):
            county.dibao(person)
    county.dibao(found["rich"], kind="none")
    services.set_income(person=found["rich"], day=date(2024, 1, 1), per_head_fen=500000, witness=told("2024-01-01"))
    for name in ("paid", "dead", "moved"):
        county.grant(found[name], "2025-01-06")
    services.record_death(person=found["dead"], day=date(2025, 5, 3), witness=told("2025-06-02"))
    services.move(person=found["moved"], day=date(2025, 5, 3), division=county.b, witness=told("2025-06-02"))
    return found


def test_each_person_stands_on_the_list_that_the_rule_says(county: County, people: dict[str, Person]):
    found = _look(county.a)

    def who(*names: str) -> set[int]:
        return {people[name].pk for name in names}

    assert _ids(found, LS, List.ENTITLED) == who("poor", "slight")
    assert _ids(found, NS, List.ENTITLED) == who("poor", "asked", "rich")
    assert _ids(found, LS, List.STOP) == _ids(found, NS, List.STOP) == who("dead", "moved")
    assert _ids(found, LS, List.UNKNOWN) == who("asked")
    assert _ids(found, LS, List.NEAR) == who("bare", "rich")
    assert _ids(found, NS, List.NEAR) == who("slight")
    tallies = {tally.scheme: tally for tally in found.tallies}
    assert (tallies[LS].receiving, tallies[LS].stop) == (3, 2)
    (label,) = tallies[LS].settles
    assert tallies[LS].settles[label] == [1, 0]
    assert "家庭困难类型" in label
    assert tallies[LS].nears == {"持有有效残疾人证": 1, "低保、低保边缘或收入在标准以内的困难家庭": 1}


def test_everybody_is_judged_as_the_compiled_rule_judges_one(county: County, people: dict[str, Person]):
    """Equality of the two back ends, through the lists: outcome, what is missing, what is lacking."""
    found = _look(county.a)
    for person in people.values():
        if person == people["moved"]:
            continue
        judgement = judge(person, Month.of(DAY), division=county.a.code, known_at=AT, applied_on=DAY)
        for scheme in judgement.offered:
            if scheme.group is Group.REGISTRY:  # nobody is told of a certificate's steps without cause
                continue
            decision = judgement.decisions[scheme.id]
            rows = [row for row in found.rows if (row.person_id, row.scheme) == (person.pk, scheme.id)]
            holds = scheme.id in (LS, NS) and person in (people["paid"], people["dead"])
            if holds:
                assert [row.list for row in rows] == ([List.STOP] if decision.outcome is Outcome.NO else [])
            elif decision.outcome is Outcome.YES or decision.awaits_claim:
                (row,) = rows
                year = 12 if scheme.cadence is Cadence.MONTHLY else 1
                stake = decision.amount_fen * year if decision.amount_fen is not None else row.stake_fen
                assert (row.list, row.stake_fen) == (List.ENTITLED, stake)
            elif decision.outcome is Outcome.UNKNOWN:
                missing = explain(scheme, decision, judgement.facts, judgement.params).missing
                wanted = [(List.UNKNOWN, "；".join(missing))] if missing and not decision.no_standard else []
                assert [(row.list, row.what) for row in rows] == wanted
            else:
                lacking = decision.not_met.bit_count() == 1 and not decision.unknown
                listed = [row.list for row in rows]
                assert listed == ([List.NEAR] if lacking and scheme.id in (LS, NS) else listed[:1])
                assert lacking or not listed


def test_people_are_told_what_settles_it_for_themselves_however_many_are_judged_at_once(
    county: County, monkeypatch: pytest.MonkeyPatch
):
    """Whether somebody is of age decides what matters, so an adult and a child are not alike."""
    for born in (date(1980, 1, 1), date(2015, 1, 1), date(1981, 1, 1)):
        county.certify(county.person(born=born), "physical", 1)

    together = _look(county.a, schemes=["single-person-dibao"])
    monkeypatch.setattr(judging, "_AT_ONCE", 1)
    apart = _look(county.a, schemes=["single-person-dibao"])

    assert together == apart
    adult, child, other = (row.what for row in together.rows)
    assert adult == other != child


def test_a_city_is_looked_at_with_a_home_that_is_the_city_itself_and_without_anybody(county: County):
    city = county.a.parent
    assert _look(city).people == 0
    person = county.person()
    county.certify(person, "physical", 1)
    services.move(person=person, day=date(2025, 2, 1), division=city, witness=told("2025-02-01"))

    found = _look(city)

    assert (found.people, {row.home for row in found.rows}) == (1, {city.code})


def test_a_village_sees_its_own_people_alone(county: County, people: dict[str, Person]):
    town = Division.objects.create(code="330499001000", name="示例镇", level="township", parent=county.a)
    village = Division.objects.create(code="330499001001", name="示例村", level="village", parent=town)
    services.move(person=people["poor"], day=date(2025, 2, 1), division=village, witness=told("2025-02-01"))

    found = _look(village)

    assert found.people == 1
    assert {row.person_id for row in found.rows} == {people["poor"].pk}
    assert {row.home for row in found.rows} == {village.code}


def test_what_was_learnt_later_is_not_known_yet(county: County, people: dict[str, Person]):
    before = look(division=county.a, on=date(2025, 5, 20), known_at=moment(date(2025, 5, 21)))

    assert _ids(before, LS, List.STOP) == set()


def test_a_place_that_lacks_a_standard_is_told_so_and_nobody_is_called_entitled(county: County):
    bare = Division.objects.create(code="330497000000", name="没有标准的县", level="county", parent=county.a.parent)
    person = county.person()
    services.move(person=person, day=date(2024, 1, 1), division=bare, witness=told("2024-01-01"))
    county.certify(person, "physical", 1)
    county.dibao(person)

    tallies = {tally.scheme: tally for tally in _look(bare).tallies}

    assert (tallies[NS].no_standard, tallies[NS].entitled) == (1, 0)


def test_only_the_newest_look_of_a_place_keeps_its_rows(county: County, people: dict[str, Person]):
    first = informing.keep(_look(county.a), by=county.clerk)
    later = informing.keep(look(division=county.a, on=DAY, known_at=AT + timedelta(hours=1)), by=county.clerk)

    assert informing.latest(county.a.code) == later
    assert not FoundRow.objects.filter(look=first).exists()
    assert FoundRow.objects.filter(look=later).count() > 0
    assert KeptLook.objects.get(pk=first.pk).tallies == later.tallies


def _tell(county: County, person: Person, outcome: str, day: date = DAY) -> Approach:
    return informing.tell(person=person, scheme_id=LS, outcome=outcome, on=day, note="", at=AT, by=county.clerk)


def test_precision_counts_those_settled_alone(county: County, people: dict[str, Person]):
    for name in ("poor", "slight", "rich", "bare", "asked"):
        _tell(county, people[name], "informed")
    _tell(county, people["rich"], "not_entitled")
    _tell(county, people["bare"], "refused")
    awards.approve(
        person=people["poor"], scheme_id=LS, division=county.a, applied_on=DAY, approved_on=DAY, at=AT, by=None
    )

    found = informing.precision(Person.objects.all())[LS]

    assert (found.informed, found.proved, found.disproved, found.refused, found.pending) == (5, 1, 1, 1, 2)
    assert found.percent == 50
    assert informing.precision(Person.objects.filter(pk=people["slight"].pk))[LS].percent is None


def test_an_outcome_cannot_come_before_the_one_recorded_or_from_the_future(county: County, people: dict[str, Person]):
    _tell(county, people["poor"], "informed")
    for day in (DAY - timedelta(days=1), DAY + timedelta(days=30), date(1950, 1, 1)):
        with pytest.raises(ApproachRefused):
            _tell(county, people["poor"], "applied", day)

    assert Approach.objects.count() == 1


def test_the_command_counts_and_lists(county: County, people: dict[str, Person]):
    out = StringIO()
    call_command("find", "--division", "330499", "--on", str(DAY), "--list", "entitled", "--json", stdout=out)
    said = json.loads(out.getvalue())

    assert {row["person"] for row in said["rows"] if row["scheme"] == LS} == {people["poor"].pk, people["slight"].pk}
    words = StringIO()
    call_command("find", "--division", "330499", "--on", str(DAY), "--scheme", LS, "--list", "stop", stdout=words)
    assert f"人员 {people['dead'].pk}" in words.getvalue()
    assert "查清" in words.getvalue()
    for person in people.values():
        assert person.name not in words.getvalue()


def test_everything_missing_is_a_fact_that_is_declared(county: County, people: dict[str, Person]):
    """What is to be found out names facts by the label that their declaration gives them."""
    for tally in _look(county.a).tallies:
        for label in tally.settles:
            assert any(fact.label.partition("（")[0] in label for fact in BY_NAME.values()) or label.startswith("是否")


def test_what_one_witness_takes_back_is_gone_from_the_next_look(county: County, people: dict[str, Person]):
    services.retract_death(person=people["dead"], witness=Witness(at=AT, source="test"))

    found = look(division=county.a, on=DAY, known_at=AT + timedelta(hours=1))

    assert people["dead"].pk not in _ids(found, LS, List.STOP)

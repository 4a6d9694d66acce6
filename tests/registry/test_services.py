"""Lives written as spells: certificates, moves, corrections, both clocks."""

from datetime import date

import pytest

from zhucan.core.identifiers import check_character
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.registry import certificates, services, spells
from zhucan.registry.models import Certificate, Death, Hardship, Person, Residence
from zhucan.registry.naming import initials
from zhucan.registry.queries import PersonNotFound, find, search
from zhucan.registry.spells import Witness

pytestmark = pytest.mark.django_db


def told(day: str) -> Witness:
    return Witness(at=moment(date.fromisoformat(day)), source="test")


@pytest.fixture
def village() -> Division:
    county = Division.objects.create(code="330499000000", name="示例县", level="county")
    town = Division.objects.create(code="330499101000", name="青石镇", level="township", parent=county)
    return Division.objects.create(code="330499101201", name="河湾村", level="village", parent=town)


@pytest.fixture
def person(village: Division) -> Person:
    body = "33049919700302001"
    return services.register_person(
        name="曾晓云",
        id_number=body + check_character(body),
        division=village,
        since=date(1970, 3, 2),
        witness=told("2020-01-01"),
    )


def _certificates(person: Person) -> list[Certificate]:
    return list(Certificate.objects.filter(person=person, retracted_at=None).order_by("valid_from"))


def test_the_same_id_number_is_registered_once(person: Person, village: Division):
    with pytest.raises(services.AlreadyRegistered):
        services.register_person(
            name="别人", id_number=person.id_number, division=village, since=person.born, witness=told("2020-01-01")
        )


def test_DC_E11_a_certificate_of_leap_day_expires_ten_years_later_on_28_february(person: Person):
    made = certificates.issue(
        person=person, issued=date(2016, 2, 29), category="physical", grade=1, witness=told("2020-01-01")
    )

    assert made.expires == date(2026, 2, 28)
    assert made.event == "new"


def test_DC_E12_a_renewal_counts_from_its_own_issue_date(person: Person):
    certificates.issue(
        person=person, issued=date(2015, 8, 20), category="physical", grade=2, witness=told("2020-01-01")
    )

    renewed = certificates.issue(
        person=person, issued=date(2025, 7, 1), category="physical", grade=2, witness=told("2025-07-01")
    )

    assert (renewed.event, renewed.expires) == ("renewal", date(2035, 7, 1))
    assert renewed.predecessor is not None


def test_DC_E13_a_second_loss_appends_b2(person: Person):
    certificates.issue(person=person, issued=date(2020, 1, 1), category="physical", grade=1, witness=told("2020-01-01"))

    certificates.replace_lost(person=person, day=date(2021, 1, 1), witness=told("2021-01-01"))
    again = certificates.replace_lost(person=person, day=date(2022, 1, 1), witness=told("2022-01-01"))

    assert again.number.endswith("41B2")
    assert again.expires == date(2030, 1, 1)
    assert list(again.components.values_list("category", "grade")) == [("physical", 1)]


def test_DC_E10_a_lesser_component_regraded_gives_a_new_number_and_a_predecessor(person: Person):
    first = certificates.issue(
        person=person,
        issued=date(2020, 1, 1),
        category="multiple",
        grade=4,
        components=[("physical", 4), ("hearing", 4)],
        witness=told("2020-01-01"),
    )

    second = certificates.issue(
        person=person,
        issued=date(2024, 5, 1),
        category="multiple",
        grade=3,
        components=[("physical", 4), ("hearing", 3)],
        witness=told("2024-05-01"),
    )

    assert (first.number[-2:], second.number[-2:]) == ("74", "73")
    assert second.event == "change"
    assert second.predecessor is not None
    assert second.predecessor.number == first.number


def test_DC_E20_the_old_certificate_ends_on_the_day_the_new_one_begins(person: Person):
    certificates.issue(person=person, issued=date(2020, 1, 1), category="hearing", grade=4, witness=told("2020-01-01"))

    certificates.issue(person=person, issued=date(2025, 5, 20), category="hearing", grade=3, witness=told("2025-05-20"))

    old, new = _certificates(person)
    assert (old.number[-2:], old.valid_to) == ("24", date(2025, 5, 20))
    assert (new.number[-2:], new.valid_from, new.valid_to) == ("23", date(2025, 5, 20), None)


def test_a_multiple_certificate_needs_two_kinds_and_the_worst_grade(person: Person):
    with pytest.raises(certificates.CertificateRefused, match="至少两类"):
        certificates.issue(
            person=person, issued=date(2020, 1, 1), category="multiple", grade=2, witness=told("2020-01-01")
        )
    with pytest.raises(certificates.CertificateRefused, match="最重"):
        certificates.issue(
            person=person,
            issued=date(2020, 1, 1),
            category="multiple",
            grade=3,
            components=[("visual", 2), ("intellectual", 3)],
            witness=told("2020-01-01"),
        )
    assert _certificates(person) == []


def test_a_frozen_certificate_is_thawed_and_a_cancelled_one_is_not_moved_again(person: Person):
    certificates.issue(person=person, issued=date(2020, 1, 1), category="visual", grade=1, witness=told("2020-01-01"))

    certificates.freeze(person=person, day=date(2021, 1, 1), witness=told("2021-01-01"), reason="未迁移")
    thawed = certificates.unfreeze(person=person, day=date(2021, 2, 1), witness=told("2021-02-01"))
    certificates.cancel(person=person, day=date(2022, 1, 1), witness=told("2022-01-01"), reason="自愿")

    assert thawed.status == "valid"
    with pytest.raises(certificates.CertificateRefused):
        certificates.cancel(person=person, day=date(2023, 1, 1), witness=told("2023-01-01"), reason="自愿")


def test_a_late_fact_changes_what_is_believed_now_and_not_what_was_believed_then(person: Person):
    services.set_hardship(person=person, day=date(2024, 1, 1), kind="dibao", witness=told("2024-01-01"))

    services.set_hardship(person=person, day=date(2024, 6, 15), kind="none", witness=told("2024-09-10"))

    july = date(2024, 7, 1)
    then = Hardship.objects.filter(person=person).as_known(moment(date(2024, 8, 1))).on(july)
    now = Hardship.objects.filter(person=person).as_known().on(july)
    assert [row.kind for row in then] == ["dibao"]
    assert [row.kind for row in now] == ["none"]


def test_a_fact_between_two_known_ones_holds_until_the_next(person: Person, village: Division):
    services.set_hardship(person=person, day=date(2024, 1, 1), kind="dibao", witness=told("2024-01-01"))
    services.set_hardship(person=person, day=date(2024, 9, 1), kind="tekun", witness=told("2024-09-01"))

    services.set_hardship(person=person, day=date(2024, 5, 1), kind="dibian", witness=told("2024-10-01"))

    rows = Hardship.objects.filter(person=person).as_known().order_by("valid_from")
    assert [(row.kind, row.valid_from, row.valid_to) for row in rows] == [
        ("dibao", date(2024, 1, 1), date(2024, 5, 1)),
        ("dibian", date(2024, 5, 1), date(2024, 9, 1)),
        ("tekun", date(2024, 9, 1), None),
    ]


def test_saying_what_is_believed_already_adds_nothing(person: Person, village: Division):
    services.move(person=person, day=date(2024, 1, 1), division=village, witness=told("2024-01-01"))

    assert Residence.objects.filter(person=person).count() == 1


def test_a_death_is_corrected_and_taken_back(person: Person):
    services.record_death(person=person, day=date(2025, 6, 2), witness=told("2025-09-10"))
    services.correct_death(person=person, day=date(2025, 6, 3), witness=told("2025-09-11"))
    services.retract_death(person=person, witness=told("2025-09-12"))

    assert Death.objects.filter(person=person).count() == 2
    assert not Death.objects.filter(person=person).as_known().exists()
    assert Death.objects.filter(person=person).as_known(moment(date(2025, 9, 11))).get().valid_from == date(2025, 6, 3)


def test_ending_what_does_not_hold_is_refused(person: Person):
    with pytest.raises(spells.NoSuchSpell):
        services.leave_institution(person=person, day=date(2025, 1, 1), witness=told("2025-01-01"))


def test_a_household_has_one_place_for_a_person_at_a_time(person: Person):
    at = moment(date(2024, 1, 1))
    first = services.form_household(members={person: "户主"}, day=date(2024, 1, 1), at=at, witness=told("2024-01-01"))
    second = services.form_household(members={person: "配偶"}, day=date(2024, 6, 1), at=at, witness=told("2024-06-01"))

    assert [row.valid_to for row in first.memberships.filter(retracted_at=None)] == [date(2024, 6, 1)]
    assert [row.role for row in second.memberships.filter(retracted_at=None)] == ["配偶"]


@pytest.mark.parametrize("text", ["曾晓云", "zxy", "cxy", "ZX", "河湾村", "曾"])
def test_people_are_found_by_name_initials_and_village(person: Person, text: str):
    assert list(search(text)) == [person]


@pytest.mark.parametrize("few", [True, False])
def test_people_of_one_surname_come_in_the_same_order_however_they_are_looked_for(village: Division, few: bool):
    made = []
    for number, name in enumerate(("王小乙", "李甲", "王一", "王丁")):
        body = f"3304991980010{number + 1}002"
        made.append(
            services.register_person(
                name=name,
                id_number=body + check_character(body),
                division=village,
                since=date(1980, 1, 9),
                witness=told("2020-01-01"),
            )
        )
    wanted = sorted((person for person in made if person.name.startswith("王")), key=lambda one: one.name.encode())

    assert list(search("王", few=few)) == wanted
    assert list(search("王", few=few)[1:2]) == wanted[1:2]
    assert [person.initials for person in search("w", few=few)] == ["wd", "wxy", "wy"]


def test_people_are_found_by_their_numbers(person: Person):
    made = certificates.issue(
        person=person, issued=date(2020, 1, 1), category="visual", grade=1, witness=told("2020-01-01")
    )

    assert find(person.id_number) == find(made.number) == find(str(person.pk)) == person
    assert list(search(person.id_tail)) == [person]
    assert list(search(person.id_number, "330498")) == []
    with pytest.raises(PersonNotFound):
        find("没有这人")


def test_surnames_are_read_as_surnames():
    assert initials("单小军") == "sxj dxj"
    assert initials("李小军") == "lxj"

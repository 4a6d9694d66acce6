"""The adapter from tables to policy facts, for one person and for everybody."""

from datetime import date

import duckdb
import pytest

from tests.county import County
from zhucan.cases.facts import export, judge, spells_of
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.policy.engine import Outcome
from zhucan.registry.models import CertificateComponent, Person

_MAY = Month(2025, 5)


@pytest.fixture
def bare(county: County) -> Person:
    """Somebody with a certificate for multiple disability on which no kind is written."""
    person = county.person()
    county.certify(person, "multiple", 1, components=[("physical", 1), ("mental", 2)])
    CertificateComponent.objects.all().delete()
    return person


def test_multiple_disability_without_written_kinds_is_not_known_never_no(bare: Person, county: County):
    decision = judge(bare, _MAY, division=county.a.code).decisions["nursing-subsidy"]

    assert decision.outcome is Outcome.UNKNOWN


def test_both_reads_give_the_same_rows(bare: Person, county: County):
    other = county.person()
    county.certify(other, "multiple", 1, components=[("physical", 1), ("mental", 2)])
    con = duckdb.connect()
    export(con, known_at=None, relations=("component",))

    for person in (bare, other):
        everybody = con.execute(
            "SELECT category, grade FROM component WHERE person_id = ? ORDER BY 1", [person.pk]
        ).fetchall()
        one = sorted((row["category"], row["grade"]) for row in spells_of(person)["component"])
        assert everybody == one


def test_a_run_leaves_the_unknown_in_doubt_and_pays_nothing(bare: Person, county: County, lines):
    county.grant(bare, "2025-05-06", schemes=("nursing-subsidy",))
    county.book("2025-05")

    assert [(kind, fen) for _, _, kind, _, fen in lines(bare)] == [("doubt", 0)]


def test_what_was_not_known_then_is_not_read_then(county: County):
    person = county.person()
    county.certify(person, "physical", 1)
    county.dibao(person, since="2025-01-01", known="2025-06-10")

    before = judge(person, _MAY, division=county.a.code, known_at=moment(date(2025, 6, 1)))
    after = judge(person, _MAY, division=county.a.code, known_at=moment(date(2025, 7, 1)))

    assert before.decisions["living-allowance"].outcome is Outcome.UNKNOWN
    assert after.decisions["living-allowance"].outcome is Outcome.YES

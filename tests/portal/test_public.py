"""What somebody can get is told from a few answers by the rules of a run, in plain words, and nothing is kept."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.county import County
from zhucan import portal

ASKED = {
    "county": "330499000000", "certificate": "yes", "category": "physical", "grade": "1", "age": "45", "hardship": "dibao",
    "income": "", "institution": "no", "benefits": [],
}  # fmt: skip


def _told(**more: object) -> dict[str, str]:
    page = Client().post(reverse("portal:questions"), {**ASKED, **more})
    assert page.status_code == 200, page.context["form"].errors
    return {one.name: one.tone for one in page.context["answers"]}


LIVING, NURSING = "困难残疾人生活补贴", "重度残疾人护理补贴"


@pytest.mark.parametrize(
    ("more", "living", "nursing"),
    [
        ({}, "ok", "ok"),
        ({"hardship": "none", "income": "99999"}, "plain", "ok"),
        ({"hardship": "unknown"}, "warn", "warn"),
        ({"hardship": "tekun"}, "plain", "plain"),
        ({"certificate": "no"}, "plain", "plain"),
        ({"certificate": "unknown"}, "warn", "warn"),
        ({"category": "", "grade": ""}, "ok", "warn"),
        ({"grade": "4"}, "ok", "plain"),
        ({"benefits": ["work_injury_nursing"]}, "plain", "plain"),
        ({"benefits": ["unknown"]}, "warn", "warn"),
    ],
)
def test_answers_are_judged_and_not_knowing_is_never_a_no(county: County, more, living: str, nursing: str):
    told = _told(**more)
    assert (told[LIVING], told[NURSING]) == (living, nursing)


def test_a_yes_names_the_amount_that_a_run_would_pay(county: County):
    page = Client().post(reverse("portal:questions"), ASKED)
    person = county.person(born=date(1980, 1, 1))
    county.certify(person, "physical", 1, expires=date(2039, 12, 31))
    county.dibao(person)
    county.grant(person, "2025-12-01")
    run = county.calculate("2026-10")
    paid = {line.scheme: line.amount_fen for line in run.lines.filter(month=24321)}
    told = {one.name: one.amount for one in page.context["answers"]}
    assert {told[LIVING], told[NURSING]} == {f"{fen / 100:,.2f}" for fen in paid.values()}


@pytest.mark.parametrize(
    "wrong",
    [{"county": ""}, {"county": "999999"}, {"certificate": ""}, {"income": "很多"}, {"age": "-3"}, {"hardship": "x"}],
)
def test_what_is_missing_or_wrong_is_asked_again(county: County, wrong: dict[str, str]):
    answer = Client().post(reverse("portal:questions"), {**ASKED, **wrong})
    assert answer.status_code == 422
    assert "data-focus" in answer.content.decode()


def test_nothing_that_is_answered_is_kept(county: County):
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        page = client.post(reverse("portal:questions"), ASKED)
    writes = [query["sql"] for query in queries if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    # the limit of requests counts in the database where several processes answer: a digest of the address, and how often
    assert [sql for sql in writes if " web_asked " not in sql] == []
    assert not Session.objects.exists()
    assert "sessionid" not in client.cookies
    assert "no-store" in page["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["welcome", "questions", "accessibility", "privacy", "keyboard"])
def test_public_pages_open_without_signing_in(name: str):
    assert Client().get(reverse(f"portal:{name}")).status_code == 200


@pytest.mark.django_db
def test_who_comes_to_the_root_is_welcomed():
    assert Client().get("/")["Location"] == reverse("portal:welcome")


def test_sentences_of_the_portal_are_short():
    for path in (Path(portal.__file__).parent / "templates/portal").glob("*.html"):
        words = re.sub(r"\{[%{#].*?[%}#]\}|<[^>]*>", "，", path.read_text())
        for sentence in re.split(r"[。？！；，：、\n]", words):
            assert len(sentence.strip()) <= 30, (path.name, sentence)

"""关怀版 and theme are a reader's own, set without script, and never a way out of the site."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_care_is_kept_and_given_up_again():
    client = Client()
    answer = client.post("/preferences/", {"care": "on", "next": "/sign-in/"})
    assert answer["Location"] == "/sign-in/"
    assert b'<html lang="zh-Hans" data-care' in client.get("/sign-in/").content
    client.post("/preferences/", {"care": "", "next": "/sign-in/"})
    assert b"data-care" not in client.get("/sign-in/").content.split(b"<body>")[0]


@pytest.mark.django_db
@pytest.mark.parametrize("away", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_it_never_leads_away_from_the_site(away: str):
    assert Client().post("/preferences/", {"theme": "dark", "next": away})["Location"] == "/"


@pytest.mark.django_db
def test_a_word_that_is_no_choice_is_not_kept():
    client = Client()
    client.post("/preferences/", {"theme": '"><script>', "next": "/"})
    assert "theme" not in client.cookies


@pytest.mark.django_db
def test_a_forged_cookie_writes_nothing_into_the_page():
    client = Client()
    client.cookies["theme"] = '"><script>alert(1)</script>'
    assert b"<script>alert" not in client.get("/sign-in/").content

"""A clerk works a queue of fifty by deadline, and enters a paper application by keyboard in a few strokes."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.walking import SignIn, ask
from zhucan.orgs.clock import today

_SCHEME, _NAME = "pension-premium-subsidy", "城乡居民养老保险保费代缴"
_MANY = 50
_MOST_STROKES = 45
"""Keys pressed for one application, the name among them: at two a second it takes less than half a minute."""
_FIFTY = f"""
from datetime import timedelta
from django.db import transaction
from zhucan.cases import materials
from zhucan.cases.applying import Asked, apply
from zhucan.cases.models import Application
from zhucan.cases.moving import Actor
from zhucan.orgs.clock import moment, today
from zhucan.orgs.models import User
from zhucan.registry.models import Death, Guardianship, Person, Residence
clerk = User.objects.get(username="clerk")
here = Residence.objects.as_known().on(today()).filter(division__code__startswith="330499").values("person")
apart = [*Death.objects.values_list("person", flat=True), *Guardianship.objects.values_list("person", flat=True),
         *Application.objects.values_list("person", flat=True)]
people = Person.objects.filter(pk__in=here, born__lt="2000-01-01").exclude(pk__in=apart).order_by("-pk")[:{_MANY}]
assert len(people) == {_MANY}
with transaction.atomic():
    for place, person in enumerate(people):
        day = today() - timedelta(days=place * 7 % 29)
        asked = Asked(schemes=("{_SCHEME}",), channel="window", relation="self", applicant=person.name, applied_on=day)
        one = apply(person=person, asked=asked, actor=Actor(clerk, "county_clerk"), at=moment(day)).applications.get()
        if place != 7:
            materials.upload(application=one, code="identity", name="a.png", chunks=(b"\\x89PNG\\r\\n\\x1a\\n paper",),
                             on=day, at=moment(day), by=clerk)
"""


def _due(said: str) -> date:
    """Return the day that a row tells; of this year where it names none."""
    found = re.search(r"(?:(\d{4})年)?(\d+)月(\d+)日", said)
    assert found is not None, said
    return date(int(found[1] or today().year), int(found[2]), int(found[3]))


def test_a_clerk_works_a_queue_of_fifty_by_deadline(
    page: Page, own_site: Site, sign_in: SignIn, faultless: Callable[..., Any]
):
    site = own_site
    site.python(_FIFTY)
    sign_in(site, "clerk")
    late = page.get_by_role("listitem").filter(has_text="已经超期的办件")
    expect(late).to_contain_text("件")
    late.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("办件")
    faultless()

    page.get_by_label("看哪些").select_option(label="等我办的")
    page.get_by_label("项目").select_option(label=_NAME)
    page.get_by_role("button", name="查看").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(_MANY)
    told = [row.strip() for row in page.locator("td[data-l=期限]").all_inner_texts()]
    days = [_due(row) for row in told]
    overdue = [row.startswith("● 超期，应在") for row in told]
    assert days == sorted(days)
    assert overdue == [day < today() for day in days]
    assert True in overdue
    assert False in overdue
    soon = [row for row, day in zip(rows.all(), days, strict=True) if today() <= day <= today() + timedelta(days=3)]
    assert soon
    faultless()

    page.get_by_role("button", name="全选本页").click()
    expect(page.get_by_text(f"勾选的 {_MANY} 件")).to_be_visible()
    page.get_by_role("button", name="初审通过").click()
    expect(page.get_by_text(f"{_MANY - 1} 件初审通过。")).to_be_visible(timeout=60_000)
    ((lacking,),) = ask(
        site,
        "SELECT id FROM cases_application WHERE scheme = 'pension-premium-subsidy' AND state = 'submitted'"
        " AND division_id = '330499000000'",
    )
    expect(page.get_by_text(re.compile(rf"\d{{4}}{lacking:07d}：还缺身份证、户口簿"))).to_be_visible()
    faultless()
    ((checked,),) = ask(
        site, "SELECT COUNT(*) FROM cases_application WHERE scheme = 'pension-premium-subsidy' AND state = 'checked'"
    )
    assert checked == _MANY - 1
    page.goto(f"{site.address}/cases/?scheme={_SCHEME}")
    expect(rows).to_have_count(1)


class _Keyboard:
    """Presses keys and counts them."""

    def __init__(self, page: Page) -> None:
        self._page, self.strokes = page, 0

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)
        self.strokes += 1

    def type(self, words: str) -> None:
        self._page.keyboard.type(words)
        self.strokes += len(words)

    def tab_to(self, name: str, most: int = 40) -> None:
        """Skip to the content, and press Tab until what has this name has the focus."""
        self.press("Tab")
        assert self._focused() == "跳到正文"
        self.press("Enter")
        for _ in range(most):
            self.press("Tab")
            if self._focused().startswith(name):
                return
        pytest.fail(f"“{name}” is not reached by Tab")

    def _focused(self) -> str:
        said: str = self._page.evaluate(
            "() => { const at = document.activeElement;"
            " return (at.labels && at.labels[0] ? at.labels[0].innerText : at.innerText || '').trim(); }"
        )
        return said


def test_a_paper_application_is_entered_by_keyboard_in_a_few_strokes(page: Page, own_site: Site, sign_in: SignIn):
    site = own_site
    ((number, name),) = ask(
        site,
        "SELECT p.id, p.name FROM registry_person p JOIN registry_residence r ON r.person_id = p.id AND r.valid_to IS NULL"
        " AND r.retracted_at IS NULL AND r.division_id LIKE '330499%' WHERE p.born < '1990-01-01'"
        " AND p.id NOT IN (SELECT person_id FROM registry_death UNION SELECT person_id FROM registry_guardianship"
        " UNION SELECT person_id FROM cases_application)"
        " GROUP BY p.name HAVING COUNT(*) = 1 ORDER BY p.id LIMIT 1",
    )
    sign_in(site, "clerk")
    page.goto(f"{site.address}/cases/")
    keys = _Keyboard(page)
    keys.tab_to("登记申请")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("登记申请：替谁办")
    keys.tab_to("姓名")
    keys.type(name)
    keys.press("Enter")
    expect(page.locator("#found").get_by_role("link")).to_be_visible()
    keys.tab_to(name)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{name}申请什么", timeout=30_000)
    for label, said in (("申请人姓名", name), ("年", str(today().year))):  # known already: nobody types it
        assert page.get_by_label(label, exact=True).first.input_value() == said
    keys.tab_to(_NAME)
    keys.press(" ")
    keys.press("Enter")
    expect(page.get_by_text("已登记 1 件")).to_be_visible(timeout=30_000)
    assert keys.strokes <= _MOST_STROKES
    assert ask(site, f"SELECT scheme FROM cases_application WHERE person_id = {number}") == [(_SCHEME,)]

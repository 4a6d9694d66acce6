"""A commissioner sees her village alone; an auditor goes from a payment to the fact and who recorded it, and finds a row
that was altered by hand; both on a phone in 关怀版 too."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

SignIn = Callable[[Site, str], None]
MODES = pytest.mark.parametrize("care", [False, True], ids=["desktop", "phone-care"])


def _mode(page: Page, care: bool) -> None:
    if care:
        page.set_viewport_size({"width": 375, "height": 800})
        page.get_by_role("button", name="关怀版").click()


def _go(page: Page, care: bool, where: str) -> None:
    """Follow a word of the main menu, which is folded on a phone."""
    menu = page.get_by_role("navigation", name="主菜单")
    if care:
        menu.get_by_text("菜单", exact=False).first.click()
    menu.get_by_role("link", name=where, exact=True).click()


def _asked(site: Site, sql: str, *values: object) -> list[Any]:
    with sqlite3.connect(f"file:{site.home / 'zhucan.sqlite3'}?mode=ro", uri=True) as base:
        return base.execute(sql, values).fetchall()


@MODES
def test_a_commissioner_sees_her_village_alone(
    page: Page, site: Site, sign_in: SignIn, faultless: Callable[..., Any], care: bool
):
    sign_in(site, "village")
    _mode(page, care)
    held = _asked(
        site,
        "SELECT a.division_id, d.name FROM orgs_appointment a JOIN orgs_user u ON u.id = a.user_id"
        " JOIN orgs_division d ON d.code = a.division_id WHERE u.username = 'village' ORDER BY 1",
    )
    for code, name in held:
        page.get_by_text("田秋月，").click()
        button = page.get_by_role("button", name=f"{name} · 村（社区）专职委员")
        if button.count():
            button.click()
            expect(page.get_by_text(f"现在的岗位：{name}")).to_be_visible()
        _go(page, care, "人员")
        faultless(care=care)
        living = {
            pk
            for (pk,) in _asked(
                site,
                "SELECT person_id FROM registry_residence WHERE division_id = ? AND retracted_at IS NULL"
                " AND valid_to IS NULL",
                code,
            )
        }
        links = page.locator("tbody th a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        assert {int(link.strip("/").split("/")[1]) for link in links} == living
    stranger = next(pk for pk in range(1, 300) if pk not in living)
    assert page.goto(f"{site.address}/people/{stranger}/").status == 404


@MODES
def test_an_auditor_traces_a_payment_and_finds_an_altered_row(
    page: Page, own_site: Site, sign_in: SignIn, faultless: Callable[..., Any], care: bool
):
    sign_in(own_site, "auditor")
    _mode(page, care)
    _go(page, care, "发放")
    page.get_by_role("link", name="2025年12月").first.click()
    page.get_by_role("link", name="和上月一样").click()
    page.get_by_role("link", name="看依据").first.click()
    expect(page.get_by_role("heading", name="用到的事实，谁在什么时候登记的")).to_be_visible()
    expect(page.get_by_text("由沈知远登记").first).to_be_visible()
    faultless(care=care)
    line = page.url.rstrip("/").rsplit("/", 1)[1]
    _go(page, care, "审计")
    expect(page.get_by_role("row", name="查看一笔发放的依据").first).to_contain_text(f"line:{line}")
    page.get_by_role("link", name="核对审计链").click()
    page.get_by_role("button", name="核对全部").click()
    expect(page.get_by_text("审计链完整")).to_be_visible()

    with sqlite3.connect(own_site.home / "zhucan.sqlite3", timeout=30) as base:
        base.execute(
            "UPDATE orgs_auditentry SET actor = 'nobody' WHERE action = 'office.line' AND target = ?", [f"line:{line}"]
        )
    page.get_by_role("button", name="核对全部").click()
    expect(page.get_by_role("alert")).to_contain_text("记录被改动过")
    expect(page.get_by_role("alert")).to_be_focused()
    faultless(care=care)


def test_people_are_found_as_one_types_and_the_address_tells_nothing(page: Page, site: Site, sign_in: SignIn):
    sign_in(site, "clerk")
    page.get_by_role("link", name="人员", exact=True).click()
    links = page.locator("tbody th a")
    expect(links).to_have_count(50)
    name = links.nth(7).inner_text().split("（")[0].strip()
    page.get_by_role("searchbox").press_sequentially(name)
    expect(links).not_to_have_count(50)
    assert all(text.startswith(name) for text in links.all_inner_texts())
    assert page.url == f"{site.address}/people/"
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox")).to_have_value(name)
    assert page.url == f"{site.address}/people/"

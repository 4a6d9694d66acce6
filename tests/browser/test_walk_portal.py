"""A blind applicant finds out what she can get: by keyboard and by what a screen reader is told, also without script,
and all of it in 关怀版 on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site


def _tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until what has this name is reached, seeing on the way that the focus can be seen and is not covered."""
    for _ in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => {
                const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, 20) / 2);
                return {said: (at.labels && at.labels[0] ? at.labels[0].innerText : at.innerText || at.value || '').trim(),
                        seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
                        free: !top || at.contains(top) || top.contains(at) || at.tagName === 'INPUT',
                        inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight};
            }"""
        )
        assert here["seen"], f"the focus on “{here['said']}” cannot be seen"
        assert here["inside"], f"the focus on “{here['said']}” is off the screen"
        assert here["free"], f"the focus on “{here['said']}” is covered"
        if here["said"].startswith(name):
            return
    pytest.fail(f"“{name}” is not reached by Tab")


def _choose(page: Page, question: str, answer: str) -> None:
    """Reach a group of radios by Tab and go to an answer by arrows, as a keyboard user does."""
    group = page.get_by_role("group", name=question)
    radios = group.get_by_role("radio")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.type") == "radio" and radios.first.evaluate(
            "first => first.name === document.activeElement.name"
        ):
            break
    else:
        pytest.fail(f"“{question}” is not reached by Tab")
    page.keyboard.press(" ")
    for _ in range(6):
        if group.get_by_role("radio", name=answer, exact=True).is_checked():
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"“{answer}” is not reached by arrows")


def _walk(page: Page, site: Site, faultless: Callable[..., Any], *, care: bool) -> None:
    page.goto(site.address + "/")
    expect(page).to_have_url(site.address + "/welcome/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    _tab_to(page, "我能享受什么")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("我能享受什么")

    _tab_to(page, "看结果")
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("处需要修改")
    assert page.title().startswith("有错误：")
    faultless(care=care)
    first = summary.get_by_role("link").first
    first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('.field--error') !== null || location.hash !== ''")

    page.goto(site.address + "/welcome/what/")
    _tab_to(page, "户籍在哪个县")
    page.keyboard.press("ArrowDown")
    page.get_by_label("户籍在哪个县").select_option(label="示例县")
    _choose(page, "有没有过期的残疾人证", "有，没过期")
    _tab_to(page, "残疾人证上是哪一类")
    page.keyboard.type("视力")
    page.get_by_label("残疾人证上是哪一类").select_option(label="视力")
    _tab_to(page, "是几级")
    page.get_by_label("是几级").select_option(label="1 级")
    _tab_to(page, "多少岁")
    page.keyboard.type("38")
    _choose(page, "家里是低保", "低保")
    _choose(page, "住在养老院", "不是")
    _tab_to(page, "看结果")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("您能享受什么")
    heard = page.locator("main").aria_snapshot()
    assert 'heading "困难残疾人生活补贴" [level=2]' in heard
    for name in ("困难残疾人生活补贴", "重度残疾人护理补贴"):
        expect(page.get_by_role("region", name=name)).to_contain_text("✓ 应该可以领")
    assert "✕ 现在还不能领" not in heard  # what cannot be had is folded, and opened by key
    page.get_by_text("现在还不能领的").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("✕ 现在还不能领").first).to_be_visible()
    faultless(care=care)


def test_by_keyboard_and_ear_to_the_answer(page: Page, site: Site, faultless: Callable[..., Any]):
    _walk(page, site, faultless, care=False)


def test_the_same_in_care_mode_on_a_phone(page: Page, site: Site, faultless: Callable[..., Any]):
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(site.address + "/welcome/")
    page.get_by_role("button", name="关怀版").click()
    assert page.evaluate("document.documentElement.hasAttribute('data-care')")
    _walk(page, site, faultless, care=True)


def test_the_same_without_script(browser: Browser, site: Site):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(site.address + "/welcome/what/")
    page.get_by_label("户籍在哪个县").select_option(label="示例县")
    page.get_by_label("有，没过期").check()
    page.get_by_role("radio", name="低保", exact=True).check()
    page.get_by_role("group", name="住在养老院").get_by_label("不是").check()
    page.get_by_role("button", name="看结果").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您能享受什么")
    expect(page.get_by_role("region", name="困难残疾人生活补贴")).to_contain_text("✓ 应该可以领")
    page.get_by_text("还不能确定的").click()  # the kind was not told: the other is not certain
    expect(page.get_by_role("region", name="重度残疾人护理补贴")).to_contain_text("还不能确定")
    context.close()


def test_a_guardian_reads_what_was_paid_on_a_phone_in_care_mode(
    page: Page, site: Site, sign_in: Callable[[Site, str], None], faultless: Callable[..., Any]
):
    page.set_viewport_size({"width": 375, "height": 800})
    sign_in(site, "guardian")
    page.get_by_role("button", name="关怀版").click()
    expect(page.get_by_role("heading", name="发了多少")).to_be_visible()
    page.get_by_role("navigation", name="看谁的").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("的补贴")
    faultless(care=True)

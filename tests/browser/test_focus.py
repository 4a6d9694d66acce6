"""What is focused is never covered (WCAG 2.4.11): the bar for many at once lies below a long list, but over nothing in use."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Site

WITH_A_BAR = ("/cases/", "/finding/free-bus-card/entitled/?told=no", "/doubts/")
SCREENS: dict[str, tuple[int, int, bool]] = {
    "desktop": (1280, 900, False),
    "low": (1280, 700, False),
    "lower": (1280, 400, False),
    "phone": (375, 800, False),
    "zoom": (320, 256, False),
    "care": (1280, 900, True),
    "care-phone": (375, 800, True),
}
_FOCUSED = """() => {
    const at = document.activeElement, box = at.getBoundingClientRect();
    const y = box.top >= 0 && box.bottom <= innerHeight ? box.y + box.height / 2 : Math.max(box.y, 0) + 10;
    const top = document.elementFromPoint(box.x + box.width / 2, y);
    const bar = document.querySelector('.bulk'), own = bar.contains(at), over = bar.getBoundingClientRect();
    return {name: at.tagName, said: (at.getAttribute('aria-label') || at.innerText || at.name || '').trim().slice(0, 30),
            inside: box.bottom > 0 && box.top < innerHeight,
            free: own || ((!top || at.contains(top) || top.contains(at) || (at.labels || []).length > 0)
                          && (box.bottom <= over.top || box.top >= over.bottom))};
}"""
_OVER_ROWS = """() => {
    const bar = document.querySelector('.bulk').getBoundingClientRect();
    return [...document.querySelectorAll('tbody tr')].filter(row => {
        const box = row.getBoundingClientRect();
        return box.bottom > bar.top + 1 && box.top < bar.bottom - 1;
    }).length;
}"""


def _shown(page: Any, site: Site, screen: str) -> bool:
    width, height, care = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    if care:
        page.context.add_cookies([{"name": "care", "value": "on", "url": site.address}])
    return width >= 960 and height >= 640 and not care


@pytest.mark.parametrize("screen", SCREENS)
def test_whatever_tab_reaches_can_be_seen(page: Any, site: Site, sign_in: Callable[[Site, str], None], screen: str):
    sign_in(site, "clerk")
    _shown(page, site, screen)
    for address in WITH_A_BAR:
        assert page.goto(site.address + address).status == 200
        assert page.locator(".bulk").count() == 1, address
        reached = 0
        for _ in range(200):
            page.keyboard.press("Tab")
            here = page.evaluate(_FOCUSED)
            if here["name"] == "BODY":
                break
            reached += 1
            assert here["inside"], f"{address}: {here} is off the screen"
            assert here["free"], f"{address}: {here} is covered"
        assert reached > 15, address


@pytest.mark.parametrize("screen", SCREENS)
def test_the_bar_lies_over_no_row_where_the_screen_is_small_or_the_letters_are_large(
    page: Any, site: Site, sign_in: Callable[[Site, str], None], screen: str
):
    sign_in(site, "clerk")
    at_hand = _shown(page, site, screen)
    for address in WITH_A_BAR:
        page.goto(site.address + address)
        place = page.locator(".bulk").evaluate("bar => getComputedStyle(bar).position")
        assert place == ("sticky" if at_hand else "static"), address
        if not at_hand:
            assert page.evaluate(_OVER_ROWS) == 0, address

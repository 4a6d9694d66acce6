"""Every page passes axe on a desktop, on a phone and in 关怀版, at 400 % zoom, dark and in forced colours."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Site

MODES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 375, "height": 800}},
    "care": {"viewport": {"width": 375, "height": 800}, "care": True},
    "zoom": {"viewport": {"width": 320, "height": 256}},
    "forced": {"viewport": {"width": 1280, "height": 900}, "forced": True},
    "dark": {"viewport": {"width": 1280, "height": 900}, "theme": "dark"},
}
PUBLIC = (
    "/sign-in/",
    "/welcome/",
    "/welcome/what/",
    "/welcome/where/",
    "/welcome/accessibility/",
    "/welcome/privacy/",
    "/welcome/keyboard/",
    "/welcome/publicity/",
)
STAFF = {
    "clerk": (
        "/",
        "/people/",
        "/people/?category=physical",
        "/people/?category=physical&known_year=2025&known_month=3&known_day=1",
        "/people/export/",
        "/people/1/",
        "/people/1/entitlements/",
        "/people/1/entitlements/?as=letter",
        "/people/1/open/id-number/",
        "/people/1/record/benefit/",
        "/cases/",
        "/cases/?which=all",
        "/cases/new/",
        "/cases/new/1/",
        "/cases/new/1/?event=new_certificate",
        "/assessments/",
        "/publicity/",
        "/password/",
        "/device/",
        "/runs/",
        "/runs/calculate/",
        "/runs/1/",
        "/runs/line/1/",
        "/runs/failed/",
        "/runs/risk/?first=2025-01&last=2025-12",
        "/runs/recoveries/",
        "/documents/",
        "/documents/add/",
        "/counters/",
        "/imports/",
        "/imports/new/",
        "/people/1/access/",
        "/standards/",
        "/standards/ns_monthly_full/",
        "/standards/ns_monthly_full/new/",
        "/standards/elder_service_subsidy_vs_ns/new/",
        "/indicators/",
        "/indicators/figure/?id=holders&by=division",
        "/reports/",
        "/reports/1/",
        "/reports/new/",
    ),
    "guardian": (
        "/my/",
        "/my/apply/",
        "/my/apply/?event=new_certificate",
        "/my/applications/",
    ),
    "hospital": ("/", "/lookup/"),
    "village": ("/", "/people/", "/runs/"),
    "admin": ("/", "/users/", "/users/appoint/", "/audit/", "/audit/verify/", "/audit/head/"),
}


def _prepare(page: Any, site: Site, mode: str) -> None:
    wanted = MODES[mode]
    page.set_viewport_size(wanted["viewport"])
    page.emulate_media(forced_colors="active" if wanted.get("forced") else "none")
    for name, value in (("care", "on" if wanted.get("care") else ""), ("theme", wanted.get("theme", ""))):
        if value:
            page.context.add_cookies([{"name": name, "value": value, "url": site.address}])


@pytest.mark.parametrize("mode", MODES)
def test_public_pages(page: Any, site: Site, faultless: Callable[..., None], mode: str):
    _prepare(page, site, mode)
    for address in PUBLIC:
        assert page.goto(site.address + address).status == 200, address
        faultless(care=mode == "care")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("username", STAFF)
def test_staff_pages(
    page: Any,
    site: Site,
    sign_in: Callable[[Site, str], None],
    faultless: Callable[..., None],
    mode: str,
    username: str,
):
    sign_in(site, username)
    _prepare(page, site, mode)
    for address in STAFF[username]:
        assert page.goto(site.address + address).status == 200, address
        faultless(care=mode == "care")

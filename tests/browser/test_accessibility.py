"""Every page passes axe on a desktop, on a phone and in 关怀版, at 400 % zoom, dark and in forced colours.

The pages are those of the demo's county, which has something on each of them; `{words}` in an address stand for the key of
a row that the county holds.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Site
from tests.browser.walking import ask
from zhucan.office.pages import PAGES

MODES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 375, "height": 800}},
    "care": {"viewport": {"width": 375, "height": 800}},
    "zoom": {"viewport": {"width": 320, "height": 256}, "rules": ("target-size", "scrollable-region-focusable")},
    "forced": {
        "viewport": {"width": 1280, "height": 900},
        "forced": True,
        "rules": ("color-contrast", "link-in-text-block"),
    },
    "dark": {
        "viewport": {"width": 1280, "height": 900},
        "theme": "dark",
        "rules": ("color-contrast", "link-in-text-block"),
    },
}
"""How pages are looked at; with `rules`, by those alone that the mode can change: the page is the same otherwise."""
LOOKS = {"standard": ("desktop", "phone", "zoom", "forced", "dark"), "care": ("care",)}
"""A page is asked for once and turned from mode to mode; for 关怀版 it is asked for anew."""
PUBLIC = (
    "/sign-in/",
    "/welcome/",
    "/welcome/what/",
    "/welcome/where/",
    "/welcome/standards/",
    "/welcome/accessibility/",
    "/welcome/privacy/",
    "/welcome/keyboard/",
    "/welcome/publicity/",
)
STAFF = {  # by user and, where there are many, by what they are about: each is a test of its own
    "clerk people": (
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
        "/people/{child}/",
        "/people/{adapted}/",
        "/people/1/record/finding/",
        "/people/1/record/schooling/",
        "/people/1/record/insurance/",
        *(f"/people/1/record/{what}/" for what in ("job", "candidacy", "term-aid", "follow-up", "contract")),
        "/schools/",
        "/schools/survey/",
        "/people/1/access/",
        "/people/lists/new/",
        "/people/{moved}/residence/{residence}/",
    ),
    "clerk cases": (
        "/cases/",
        "/cases/?which=all",
        "/cases/handling/",
        "/cases/windows/",
        "/cases/windows/new/",
        "/cases/windows/{window}/book/",
        "/cases/windows/{window}/come/",
        "/cases/?which=overdue",
        "/cases/?which=paused",
        "/cases/new/",
        "/cases/new/1/",
        "/cases/new/1/?event=new_certificate",
        "/cases/{submitted}/",
        "/cases/{awaited}/",
        "/cases/{assessing}/",
        "/cases/{publicised}/",
        "/cases/{refused}/",
        "/cases/{refused}/letter.html",
        "/cases/{granted}/",
        "/cases/{granted}/letter.html",
        "/cases/{works}/",
        "/cases/{works}/payee/",
        "/cases/{assessing}/assessment/",
        "/cases/{rehabilitation}/answers/",
        "/assessments/",
        "/assessments/{booked}/",
        "/publicity/",
    ),
    "clerk finding": (
        "/finding/",
        "/finding/visits/",
        "/finding/free-bus-card/entitled/",
        "/finding/free-bus-card/entitled/?told=no",
        "/finding/nursing-subsidy/stop/",
        "/finding/home-adaptation/unknown/",
        "/finding/nursing-subsidy/near/",
        "/finding/people/{told}/free-bus-card/",
        "/doubts/",
        "/doubts/?settled=yes",
        "/doubts/{doubt}/",
        "/doubts/{suspected}/",
        "/doubts/{settled}/",
        "/doubts/sources/",
        "/doubts/lists/new/",
    ),
    "clerk given": (
        "/stock/",
        "/stock/items/new/",
        "/stock/stores/new/",
        "/stock/rounds/new/",
        "/stock/receive/",
        "/stock/issue/",
        "/stock/issue/{adapted}/",
        "/stock/back/{out}/",
        "/stock/kept/{broken}/",
        "/stock/devices/",
        "/stock/devices/{device}/",
        "/stock/devices/{device}/fitting/",
    ),
    "clerk followed": (
        "/services/outcomes/?first=2025-01&last=2025-12",
        "/services/{stepped}/",
        "/services/{stepped}/milestone/",
        "/services/milestones/{milestone}/",
        "/services/{stepped}/review/",
        "/services/reviews/{review}/retract/",
        "/services/referrals/",
        "/services/referrals/?which=taken",
        "/services/referrals/new/{followed}/",
        "/services/referrals/{referral}/",
        "/services/referrals/{taken}/end/",
        "/services/files/",
        "/services/files/{file}/",
        "/services/files/{social}/",
        "/services/files/new/{followed}/",
        "/services/files/{file}/contact/",
        "/services/files/{file}/incident/",
        "/services/files/{file}/keeper/",
        "/services/files/{file}/interval/",
        "/services/files/{file}/close/",
        "/services/files/{file}/contact/{contact}/retract/",
        "/services/coordinators/",
        "/services/coordinators/new/",
        "/services/counselling/",
        "/services/counselling/?which=held",
        "/services/counselling/new/{followed}/",
        "/services/counselling/{hour}/",
        "/services/counselling/{hour}/confirm/",
        "/services/counselling/{hour}/counsellor/",
        "/services/counselling/{hour}/off/",
        "/services/counselling/{held}/refer/",
        "/services/mechanisms/",
        "/services/mechanisms/new/",
        "/services/mechanisms/{mechanism}/",
        "/services/mechanisms/{mechanism}/end/",
        "/services/matters/",
        "/services/matters/?which=closed",
        "/services/matters/new/{followed}/",
        "/services/matters/{matter}/",
        "/services/matters/{matter}/retract/",
    ),
    "clerk services": (
        "/services/",
        "/services/?state=closed",
        "/services/{plan}/",
        "/services/{voucher}/",
        "/services/{ended}/",
        "/services/{plan}/session/",
        "/services/{plan}/close/",
        "/services/sessions/{session}/retract/",
        "/services/new/{unplanned}/",
        "/services/institutions/",
        "/services/institutions/{builder}/account/",
        "/services/institutions/{builder}/staff/",
        "/aid/",
        "/aid/?project=liveable-home",
        "/aid/new/1/",
        "/aid/address/new/",
        "/aid/{better}/",
        "/aid/{needs}/",
        "/aid/{rail}/",
        "/aid/{needs}/parts/medical/",
        "/aid/{rail}/money/",
        "/aid/marks/{lacking}/retract/",
        "/aid/money/{donated}/retract/",
        "/aid/homes/",
        "/aid/homes/new/1/",
        "/aid/homes/{homeless}/offer/",
        "/aid/help/",
        "/aid/help/new/1/",
        "/aid/help/{helped}/",
        "/aid/help/{helped}/note/",
        "/aid/help/{helped}/close/",
        "/aid/help/notes/{visited}/retract/",
        "/accidents/",
        "/accidents/new/",
        "/accidents/{accident}/",
        "/accidents/{accident}/insure/",
        "/accidents/{accident}/export/",
        "/reliefs/",
        "/reliefs/begin/{unbegun}/",
        "/reliefs/{relief}/renew/",
        "/reliefs/{relief}/end/",
        "/medicine/",
        "/medicine/{medicine}/",
        "/cases/{billed}/bills/",
    ),
    "clerk places": (
        "/facilities/",
        "/facilities/people/",
        "/facilities/{school}/",
        "/facilities/{school}/all/stay/",
        "/facilities/{school}/add/worker/",
        "/facilities/{school}/add/issue/",
        "/facilities/{school}/amend/",
        "/facilities/areas/330499000000/",
        "/facilities/areas/330499000000/all/issue/",
        "/facilities/areas/330499000000/add/standard/",
        "/facilities/rows/worker/{teacher}/end/",
        "/facilities/rows/worker/{teacher}/retract/",
        "/facilities/import/",
        "/facilities/standards/",
        "/facilities/standards/{standard}/",
        "/facilities/standards/{standard}/criteria/new/",
        "/facilities/standards/{standard}/criteria/import/",
        "/facilities/checks/{scored}/",
        "/facilities/checks/{unscored}/",
        "/facilities/issues/",
        "/facilities/issues/{defect}/",
        "/facilities/issues/{defect}/refer/",
        "/facilities/issues/{defect}/settle/",
    ),
    "clerk money": (
        "/runs/",
        "/runs/calculate/",
        "/runs/1/",
        "/runs/1/waiting/",
        "/runs/{grants}/",
        "/runs/line/1/",
        "/runs/failed/",
        "/runs/risk/?first=2025-01&last=2025-12",
        "/runs/recoveries/",
        "/standards/",
        "/standards/ns_monthly_full/",
        "/standards/ns_monthly_full/new/",
        "/standards/elder_service_subsidy_vs_ns/new/",
    ),
    "clerk rest": (
        "/password/",
        "/device/",
        "/documents/",
        "/documents/add/",
        "/counters/",
        "/counters/330499000000/",
        "/imports/",
        "/imports/new/",
        "/indicators/",
        "/indicators/figure/?id=holders&by=division",
        "/reports/",
        "/reports/1/",
        "/reports/new/",
        "/reports/1/findings/",
        "/reports/checks/",
        "/reports/checks/new/",
        "/reports/checks/{checked}/",
    ),
    "clerk activities": (
        "/activities/",
        "/activities/new/",
        "/activities/new/vocational/",
        "/activities/{course}/",
        "/activities/{course}/edit/",
        "/activities/{course}/sign-up/",
        "/activities/{course}/results/",
        "/activities/{course}/list/",
        "/activities/{course}/retract/",
        "/activities/participants/{examined}/withdraw/",
        "/activities/participants/{examined}/finding/",
        "/activities/basis/",
        "/activities/basis/programmes/new/",
        "/activities/basis/agreements/new/",
    ),
    "approver": (
        "/",
        "/cases/",
        "/cases/{decidable}/",
        "/cases/{reviewed}/",
        "/cases/unasked/",
        "/aid/help/{undecided}/decide/",
        "/cases/{granted}/revoke/",
        "/cases/{granted}/curtail/",
        "/runs/{grants}/approve/",
    ),
    "finance": ("/", "/runs/{grants}/", "/runs/{grants}/reconcile/"),
    "guardian": (
        "/my/",
        "/my/?person={child}",
        "/my/counselling/",
        "/my/courses/",
        "/my/courses/?person={child}",
        "/my/apply/",
        "/my/apply/?event=new_certificate",
        "/my/applications/",
        "/my/applications/{certificate}/",
        "/my/applications/{certificate}/letter.html",
        "/my/applications/{rehabilitation}/",
    ),
    "hospital": (
        "/",
        "/lookup/",
        "/assessments/",
        "/assessments/{booked}/",
        "/services/",
        "/services/{plan}/",
        "/services/referrals/",
    ),
    "township": ("/", "/cases/", "/doubts/", "/finding/", "/stock/"),
    "village": ("/", "/people/", "/runs/", "/cases/", "/cases/new/", "/finding/visits/"),
    "admin": ("/", "/users/", "/users/appoint/", "/audit/", "/audit/verify/", "/audit/head/"),
}

_CASE = "SELECT MIN(id) FROM cases_application WHERE state = "
KEYS = {
    "child": "SELECT id FROM registry_person WHERE name = '林小满'",
    "adapted": "SELECT MIN(person_id) FROM cases_award WHERE scheme = 'home-adaptation'",
    "submitted": f"{_CASE}'submitted' AND division_id = '330499000000'",
    "awaited": f"{_CASE}'correcting'",
    "assessing": f"{_CASE}'assessing' AND scheme = 'device-wheelchair'",
    "booked": "SELECT MIN(id) FROM cases_assessment WHERE found_on IS NULL",
    "publicised": f"{_CASE}'publicised'",
    "refused": f"{_CASE}'refused'",
    "granted": f"{_CASE}'approved' AND scheme = 'temporary-relief'",
    "works": f"{_CASE}'accepted'",
    "rehabilitation": f"{_CASE}'assessing' AND scheme = 'child-rehabilitation'",
    "certificate": f"{_CASE}'delivered' AND scheme = 'certificate-new'",
    "decidable": f"{_CASE}'checked'",
    "reviewed": "SELECT id FROM cases_application WHERE review_of_id IS NOT NULL",
    "told": "SELECT MIN(person_id) FROM cases_approach WHERE scheme = 'free-bus-card'",
    "doubt": "SELECT MIN(id) FROM registry_doubt WHERE status = 'open' AND \"match\" = 'exact'",
    "suspected": "SELECT MIN(id) FROM registry_doubt WHERE status = 'open' AND \"match\" = 'fuzzy'",
    "settled": "SELECT MIN(id) FROM registry_doubt WHERE status = 'rejected'",
    "out": "SELECT MAX(id) FROM delivery_move WHERE kind = 'issue' AND piece_id IS NOT NULL",
    "broken": "SELECT MIN(id) FROM delivery_balance WHERE broken > 0",
    "plan": "SELECT MIN(id) FROM delivery_plan WHERE closed_on IS NULL",
    "voucher": "SELECT MIN(id) FROM delivery_plan WHERE monthly_units IS NOT NULL",
    "ended": "SELECT MIN(id) FROM delivery_plan WHERE closed_on IS NOT NULL",
    "session": "SELECT MIN(s.id) FROM delivery_session s JOIN delivery_plan p ON p.id = s.plan_id WHERE p.closed_on IS NULL",
    "unplanned": "SELECT MIN(id) FROM cases_award WHERE scheme = 'mental-medication'",
    "builder": "SELECT id FROM orgs_institution WHERE name = '示例县安居工程队'",
    "checked": "SELECT MIN(id) FROM reports_checkedtext",
    "unbegun": "SELECT MIN(id) FROM cases_award WHERE scheme = 'medical-premium-subsidy'",
    "accident": "SELECT MIN(id) FROM delivery_accidentpolicy",
    "relief": "SELECT MIN(id) FROM delivery_relief",
    "medicine": "SELECT MIN(id) FROM cases_award WHERE scheme = 'mental-medication'",
    "device": "SELECT MIN(id) FROM cases_award WHERE scheme LIKE 'device-%' AND granted_fen IS NOT NULL",
    "billed": "SELECT MIN(id) FROM cases_application WHERE scheme = 'mental-medication' AND award_id IS NOT NULL",
    "better": "SELECT MIN(id) FROM aid_undertaking WHERE project = 'liveable-home'",
    "needs": "SELECT MIN(id) FROM aid_undertaking WHERE project = 'basic-needs'",
    "rail": "SELECT MIN(id) FROM aid_undertaking WHERE project = 'small-works'",
    "lacking": "SELECT MIN(id) FROM aid_mark WHERE standing = 'lacking'",
    "donated": "SELECT MIN(id) FROM aid_contribution WHERE fund = 'donor'",
    "homeless": "SELECT MIN(id) FROM aid_housingneed",
    "helped": "SELECT MIN(id) FROM aid_helpfile WHERE decision = 'granted' AND retracted_at IS NULL",
    "visited": "SELECT MIN(id) FROM aid_helpnote",
    "undecided": "SELECT MIN(id) FROM aid_helpfile WHERE decision = '' AND retracted_at IS NULL",
    "moved": "SELECT person_id FROM cases_application WHERE transferred_from_id IS NOT NULL",
    "residence": "SELECT MAX(r.id) FROM registry_residence r JOIN cases_application a ON a.person_id = r.person_id"
    " WHERE a.transferred_from_id IS NOT NULL AND r.retracted_at IS NULL",
    "window": "SELECT MIN(id) FROM cases_window",
    "stepped": "SELECT MIN(plan_id) FROM casework_milestone",
    "milestone": "SELECT MIN(id) FROM casework_milestone WHERE reached_on IS NULL AND retracted_at IS NULL",
    "review": "SELECT MIN(id) FROM casework_review",
    "referral": "SELECT MIN(id) FROM casework_referral WHERE answered_on IS NULL AND retracted_at IS NULL",
    "taken": "SELECT MIN(id) FROM casework_referral WHERE accepted AND retracted_at IS NULL",
    "file": "SELECT MIN(id) FROM casework_casefile WHERE kind = 'guardianship'",
    "social": "SELECT MIN(id) FROM casework_casefile WHERE kind = 'social_work'",
    "followed": "SELECT MIN(person_id) FROM casework_casefile WHERE kind = 'coordination'",
    "contact": "SELECT MIN(c.id) FROM casework_contact c JOIN casework_casefile f ON f.id = c.file_id WHERE f.kind = 'guardianship'",
    "hour": "SELECT MIN(id) FROM casework_counselling WHERE held_at IS NULL",
    "held": "SELECT MIN(id) FROM casework_counselling WHERE held_at IS NOT NULL",
    "mechanism": "SELECT MIN(id) FROM casework_mechanism",
    "matter": "SELECT MIN(m.id) FROM casework_matter m JOIN casework_mechanismstep s ON s.id = m.step_id"
    " WHERE m.closed_on IS NULL AND m.retracted_at IS NULL AND s.role = 'county_clerk'",
    "course": "SELECT MIN(id) FROM community_activity WHERE kind = 'vocational'",
    "examined": "SELECT MIN(p.id) FROM community_participant p JOIN community_activity a ON a.id = p.activity_id"
    " WHERE a.kind = 'examination'",
    "grants": "SELECT MIN(id) FROM payments_run WHERE granted",
    "school": "SELECT MIN(id) FROM facilities_facility WHERE kind = 'special_school'",
    "teacher": "SELECT MIN(id) FROM facilities_worker WHERE post = 'special_teacher'",
    "standard": "SELECT MIN(id) FROM facilities_standard",
    "scored": "SELECT MIN(id) FROM facilities_check WHERE scored_at IS NOT NULL",
    "unscored": "SELECT MIN(id) FROM facilities_check WHERE scored_at IS NULL",
    "defect": "SELECT MIN(id) FROM facilities_issue WHERE kind = 'defect'",
}

LEFT_OUT = {
    "a file, or a list asked for by another page": (
        "people-letter",
        "people-open-list",
        "cases-material",
        "finding-export",
        "reports-download",
        "documents-download",
        "facilities-photo",
        "audit-export",
    ),
    "work under way, which walks look at": (
        "finding-progress",
        "doubts-weighed",
        "doubts-listed",
        "runs-progress",
        "standards-tried",
        "imports-looked",
    ),
    "something the county of the demo has none of: the form is that of other pages": (
        "runs-decide",
        "runs-hold",
        "standards-retract",
        "users-end",
        "reports-figure",
        "stock-fitting-retract",
        "facilities-follow",
        "people-schools-retract",
        "accidents-claim",
        "accidents-claim-decide",
        "accidents-claim-pay",
        "accidents-claim-retract",
    ),
}
"""Pages of staff that are not listed above, by why."""


def _filled(site: Site, address: str) -> str:
    """Return an address with the keys that the county's database gives for its words."""

    def key(word: re.Match[str]) -> str:
        ((found,),) = ask(site, KEYS[word[1]])
        assert found is not None, f"the county has no {word[1]} for {address}"
        return str(found)

    return re.sub(r"\{(\w+)\}", key, address)


def _see(page: Any, site: Site, faultless: Callable[..., None], look: str, address: str) -> list[str]:
    """Return what is wrong with a page in the modes of a look."""
    page.set_viewport_size(MODES[LOOKS[look][0]]["viewport"])
    page.emulate_media(forced_colors="none")
    answer = page.goto(site.address + address)
    if answer.status != 200:
        return [f"{address} answers {answer.status}"]
    broken = []
    for mode in LOOKS[look]:
        wanted = MODES[mode]
        page.set_viewport_size(wanted["viewport"])
        page.emulate_media(forced_colors="active" if wanted.get("forced") else "none")
        if "theme" in wanted:  # as the page says for a reader who chose it
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", wanted["theme"])
        try:
            faultless(care=mode == "care", rules=wanted.get("rules", ()))
        except AssertionError as error:
            broken.append(f"{mode}: {error}")
    return broken


def _choose(page: Any, site: Site, look: str) -> None:
    if look == "care":
        page.context.add_cookies([{"name": "care", "value": "on", "url": site.address}])


@pytest.mark.parametrize("look", LOOKS)
def test_public_pages(page: Any, site: Site, faultless: Callable[..., None], look: str):
    _choose(page, site, look)

    broken = [fault for address in PUBLIC for fault in _see(page, site, faultless, look, address)]

    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("pages", STAFF)
def test_staff_pages(
    page: Any,
    site: Site,
    sign_in: Callable[[Site, str], None],
    faultless: Callable[..., None],
    look: str,
    pages: str,
):
    sign_in(site, pages.split()[0])
    _choose(page, site, look)

    broken = [fault for one in STAFF[pages] for fault in _see(page, site, faultless, look, _filled(site, one))]

    assert not broken, "\n".join(broken)


def _pattern(path: str) -> str:
    kinds = {"int": r"(\d+|\{\w+\})", "slug": r"[\w-]+", "str": r"[^/]+", "uuid": r"[0-9a-f-]{36}"}
    return re.sub(r"<(\w+):\w+>", lambda word: kinds[word[1]], path)


def test_every_staff_page_is_looked_at_or_left_out_with_its_reason():
    listed = {address.partition("?")[0].removeprefix("/") for pages in STAFF.values() for address in pages}
    unseen = {page.name for page in PAGES if not any(re.fullmatch(_pattern(page.path), one) for one in listed)}
    only_post = {page.name for page in PAGES if "@require_POST" in inspect.getsource(page.view)}

    assert unseen - only_post == {name for names in LEFT_OUT.values() for name in names}

"""The one table of staff pages: address, view, and the roles that may open it."""

from zhucan.office import account, desk, people, reports, runs
from zhucan.office.access import EVERYONE, Page
from zhucan.orgs.models import Role

READERS = EVERYONE - {Role.ADMINISTRATOR, Role.PARTNER}
"""Who reads personal files of the own place."""
COUNTY = frozenset({Role.COUNTY_CLERK, Role.APPROVER, Role.FINANCE, Role.LEADER, Role.AUDITOR})
"""Who sees runs and money of the whole county."""

PAGES: tuple[Page, ...] = (
    Page("home", "", desk.home, EVERYONE, "今天"),
    Page("switch", "post/", account.switch, EVERYONE),
    Page("password", "password/", account.password, EVERYONE),
    Page("device", "device/", account.device, EVERYONE),
    Page("people", "people/", people.people, READERS, "人员"),
    Page("people-file", "people/<int:pk>/", people.person, READERS),
    Page("runs-run", "runs/<int:pk>/", runs.run, READERS),
    Page("reports-report", "reports/<int:pk>/", reports.report, READERS),
    Page("reports-download", "reports/<int:pk>/download.<str:suffix>", reports.download, READERS),
)

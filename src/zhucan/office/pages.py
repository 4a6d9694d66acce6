"""The one table of staff pages: address, view, and the roles that may open it."""

from zhucan.office import account, desk, figures, people, reports, runs
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
    Page("indicators", "indicators/", figures.catalogue, READERS, "指标"),
    Page("indicators-figure", "indicators/figure/", figures.figure, READERS),
    Page("reports", "reports/", reports.reports, READERS, "报告"),
    Page("reports-new", "reports/new/", reports.new, frozenset({Role.COUNTY_CLERK, Role.LEADER})),
    Page("reports-figure", "reports/<int:pk>/figure/", reports.figure, READERS),
    Page("reports-report", "reports/<int:pk>/", reports.report, READERS),
    Page("reports-download", "reports/<int:pk>/download.<str:suffix>", reports.download, READERS),
)

"""The one table of staff pages: address, view, and the roles that may open it."""

from zhucan.office import (
    account,
    corrections,
    desk,
    figures,
    holders,
    imports,
    people,
    person,
    reports,
    risk,
    run_steps,
    runs,
    standards,
    trail,
    users,
)
from zhucan.office.access import EVERYONE, Page
from zhucan.orgs.models import Role

READERS = EVERYONE - {Role.ADMINISTRATOR, Role.PARTNER}
"""Who reads personal files of the own place."""
COUNTY = frozenset({Role.COUNTY_CLERK, Role.APPROVER, Role.FINANCE, Role.LEADER, Role.AUDITOR})
"""Who sees runs and money of the whole county."""
CLERK, APPROVER, FINANCE = (frozenset({role}) for role in (Role.COUNTY_CLERK, Role.APPROVER, Role.FINANCE))
CLERKS = frozenset({Role.COUNTY_CLERK, Role.TOWNSHIP_CLERK})
STAFF = EVERYONE - {Role.PARTNER}
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
AUDIT = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})

PAGES: tuple[Page, ...] = (
    Page("home", "", desk.home, EVERYONE, "今天"),
    Page("switch", "post/", account.switch, EVERYONE),
    Page("password", "password/", account.password, EVERYONE),
    Page("device", "device/", account.device, EVERYONE),
    Page("people", "people/", people.people, READERS, "人员"),
    Page("people-save-list", "people/lists/new/", people.save_list, READERS),
    Page("people-open-list", "people/lists/<int:pk>/", people.open_list, READERS),
    Page("people-drop-list", "people/lists/<int:pk>/drop/", people.drop_list, READERS),
    Page("people-export", "people/export/", people.export, CLERKS | {Role.AUDITOR}),
    Page("people-file", "people/<int:pk>/", person.file, READERS),
    Page("people-entitlements", "people/<int:pk>/entitlements/", person.entitlements, READERS),
    Page("people-opened", "people/<int:pk>/open/<slug:what>/", person.opened, READERS - {Role.LEADER}),
    Page("people-access", "people/<int:pk>/access/", holders.access, CLERKS),
    Page("people-access-end", "people/access/<int:pk>/end/", holders.end_access, CLERKS),
    Page("people-access-password", "people/access/<int:pk>/password/", holders.new_access_password, CLERKS),
    Page("people-record", "people/<int:pk>/record/<slug:what>/", corrections.record, CLERKS),
    Page("people-correct", "people/<int:pk>/<slug:kind>/<int:spell>/", corrections.correct, CLERKS),
    Page("runs", "runs/", runs.runs, READERS, "发放"),
    Page("runs-calculate", "runs/calculate/", run_steps.calculate, CLERK),
    Page("runs-progress", "runs/work/<uuid:work_id>/", runs.progress, CLERK | APPROVER),
    Page("runs-failed", "runs/failed/", runs.failed, READERS),
    Page("runs-risk", "runs/risk/", risk.risk, COUNTY),
    Page("runs-recoveries", "runs/recoveries/", risk.owed, COUNTY),
    Page("runs-decide", "runs/recoveries/<int:pk>/<slug:scheme_id>/<slug:cause>/", risk.decide, CLERK | FINANCE),
    Page("runs-run", "runs/<int:pk>/", runs.run, READERS),
    Page("runs-line", "runs/line/<int:pk>/", runs.line, READERS),
    Page("runs-hold", "runs/line/<int:pk>/hold/", run_steps.hold, APPROVER),
    Page("runs-release", "runs/line/<int:pk>/release/", run_steps.release, APPROVER),
    Page("runs-look-at", "runs/<int:pk>/look-at/", run_steps.look_at, CLERK),
    Page("runs-check", "runs/<int:pk>/check/", run_steps.check, CLERK),
    Page("runs-approve", "runs/<int:pk>/approve/", run_steps.approve, APPROVER),
    Page("runs-discard", "runs/<int:pk>/discard/", run_steps.discard, CLERK),
    Page("runs-send", "runs/<int:pk>/send/", run_steps.send, FINANCE),
    Page("runs-bank-file", "runs/batch/<int:pk>/file.<str:suffix>", run_steps.bank_file, FINANCE),
    Page("runs-reconcile", "runs/<int:pk>/reconcile/", run_steps.reconcile, FINANCE),
    Page("runs-waiting", "runs/<int:pk>/waiting/", run_steps.not_arrived, COUNTY),
    Page("runs-follow-up", "runs/<int:pk>/follow-up/", run_steps.follow_up, FINANCE),
    Page("indicators", "indicators/", figures.catalogue, READERS, "指标"),
    Page("indicators-figure", "indicators/figure/", figures.figure, READERS),
    Page("reports", "reports/", reports.reports, READERS, "报告"),
    Page("reports-new", "reports/new/", reports.new, frozenset({Role.COUNTY_CLERK, Role.LEADER})),
    Page("reports-figure", "reports/<int:pk>/figure/", reports.figure, READERS),
    Page("reports-report", "reports/<int:pk>/", reports.report, READERS),
    Page("reports-download", "reports/<int:pk>/download.<str:suffix>", reports.download, READERS),
    Page("standards", "standards/", standards.standards, STAFF, "标准"),
    Page("standards-standard", "standards/<slug:name>/", standards.standard, STAFF),
    Page("standards-set", "standards/<slug:name>/new/", standards.change, CLERK),
    Page("standards-tried", "standards/work/<uuid:work_id>/", standards.tried, CLERK),
    Page("standards-retract", "standards/rows/<int:pk>/retract/", standards.retract, CLERK),
    Page("imports", "imports/", imports.imports, CLERKS, "导入"),
    Page("imports-new", "imports/new/", imports.new, CLERKS),
    Page("imports-looked", "imports/<uuid:work_id>/", imports.looked, CLERKS),
    Page("imports-take", "imports/<uuid:work_id>/take/", imports.take, CLERKS),
    Page("imports-marked", "imports/<uuid:work_id>/marked/", imports.marked, CLERKS),
    Page("users", "users/", users.users, ADMINISTRATOR, "用户"),
    Page("users-appoint", "users/appoint/", users.appoint, ADMINISTRATOR),
    Page("users-end", "users/appointments/<int:pk>/end/", users.end, ADMINISTRATOR),
    Page("users-password", "users/<int:pk>/password/", users.new_password, ADMINISTRATOR),
    Page("users-device", "users/<int:pk>/device/", users.drop_device, ADMINISTRATOR),
    Page("users-close", "users/<int:pk>/close/", users.close, ADMINISTRATOR),
    Page("users-reopen", "users/<int:pk>/reopen/", users.reopen, ADMINISTRATOR),
    Page("audit", "audit/", trail.trail, AUDIT, "审计"),
    Page("audit-verify", "audit/verify/", trail.verify, AUDIT),
    Page("audit-head", "audit/head/", trail.head, AUDIT),
    Page("audit-export", "audit/export/", trail.export, AUDIT),
)

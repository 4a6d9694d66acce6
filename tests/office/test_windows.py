"""The windows of the hall: appointments by slot, a limit of people present, and how long they wait."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from tests.county import County
from tests.office.test_stock_and_services import client
from zhucan.cases import windows
from zhucan.cases.models import Window, WindowVisit
from zhucan.cases.windows import WindowRefused
from zhucan.orgs.clock import SHANGHAI, today
from zhucan.orgs.models import Role

DAY = date(2025, 6, 3)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 6, 3, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def window(county: County) -> Window:
    return windows.open_window(
        division=county.a,
        name="一号窗口",
        matters="补贴",
        slot_minutes=30,
        per_slot=2,
        most_present=2,
        at=at(8),
        by=None,
    )


def book(window: Window, name: str, slot: time, **more: Any) -> WindowVisit:
    values: dict[str, Any] = {"matter": "补贴", "day": DAY, "at": at(8), "by": None, **more}
    return windows.book(window=window, visitor=name, slot=slot, **values)


def test_s191_people_book_come_wait_and_are_served_and_each_window_tells_how_long(county: County, window: Window):
    first, second = book(window, "王一", time(9)), book(window, "王二", time(9))
    for slot, words, more in (
        (time(9), "已约满 2 人", {}), (time(9, 10), "没有 09:10", {}), (time(7, 30), "已经过去", {}), (time(9, 30), "都要写", {"matter": " "}),
    ):  # fmt: skip
        with pytest.raises(WindowRefused, match=words):
            book(window, "王三", slot, **more)
    windows.step(visit=first, what="arrive", at=at(8, 55), by=None)
    third = windows.come(window=window, visitor="王三", matter="换证", at=at(8, 58), by=None)
    with pytest.raises(WindowRefused, match="达到上限 2 人"):
        windows.step(visit=second, what="arrive", at=at(8, 59), by=None)
    with pytest.raises(WindowRefused, match="现在不能办这一步"):
        windows.step(visit=third, what="leave", at=at(9), by=None)
    windows.step(visit=first, what="call", at=at(9, 5), by=None)
    windows.step(visit=first, what="leave", at=at(9, 20), by=None)
    windows.step(visit=second, what="arrive", at=at(9, 21), by=None)
    windows.step(visit=third, what="call", at=at(9, 28), by=None)
    windows.step(visit=second, what="cancel", at=at(9, 30), by=None)

    told = windows.loads([window], DAY, DAY + timedelta(days=1))

    assert [(one.came, one.handled, one.median, one.longest) for one in told] == [(3, 1, 20, 30)]
    assert windows.present(window, DAY) == 1
    assert windows.loads([window], DAY + timedelta(days=1), DAY + timedelta(days=2))[0].median is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT visitor FROM cases_windowvisit")
        assert "王".encode() not in b"".join(bytes(row[0]) for row in cursor.fetchall())


def test_a_window_is_run_from_its_page(county: County):
    clerk, person, page = client(county, Role.COUNTY_CLERK), county.person(), reverse("office:cases-windows")
    asked = {"name": "一号窗口", "matters": "补贴", "slot_minutes": 30, "per_slot": 1, "most_present": 1}
    assert clerk.post(reverse("office:cases-window"), asked)["Location"] == page
    again = clerk.post(reverse("office:cases-window"), asked)
    assert (again.status_code, "已有窗口" in again.content.decode()) == (422, True)
    window = Window.objects.get()
    come = reverse("office:cases-window-come", args=[window.pk])
    assert (
        "没有编号 999999 的人员"
        in clerk.post(come, {"visitor": "王一", "matter": "补贴", "person": 999_999}).content.decode()
    )
    assert clerk.post(come, {"visitor": "王小一", "matter": "补贴", "person": person.pk})["Location"] == page
    assert "达到上限" in clerk.post(come, {"visitor": "王二", "matter": "补贴"}).content.decode()
    later = today() + timedelta(days=1)
    booked = {
        "visitor": "王二",
        "matter": "换证",
        "slot": "09:00",
        "day_year": later.year,
        "day_month": later.month,
        "day_day": later.day,
    }
    assert clerk.post(reverse("office:cases-window-book", args=[window.pk]), booked)["Location"] == page
    visit = WindowVisit.objects.get(slot=None)

    for what in ("call", "leave"):
        assert clerk.post(reverse("office:cases-window-step", args=[visit.pk, what]))["Location"] == page
    shown = clerk.get(page, {"first": f"{today():%Y-%m}", "last": f"{today():%Y-%m}"}).content.decode()

    assert "王小一" not in shown
    assert f"（{person.pk}）" in shown
    assert "在场 0 人，最多 1 人" in shown
    other = client(county, Role.FINANCE)
    assert other.get(page).status_code == 403

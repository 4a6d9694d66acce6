"""What several walks do: change over to somebody else, hand in papers, open a case, take a step, have money paid."""

import csv
import io
import re
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

SignIn = Callable[[Site, str], None]


def ask(site: Site, question: str) -> list[Any]:
    """Return the rows that the county's database answers; it is only read."""
    base = sqlite3.connect(f"file:{site.home / 'zhucan.sqlite3'}?mode=ro", uri=True)
    try:
        return base.execute(question).fetchall()
    finally:
        base.close()


def change_over(page: Page, site: Site, sign_in: SignIn, username: str) -> None:
    """Sign the one out and another in."""
    page.get_by_role("button", name="退出").click()
    sign_in(site, username)


def fill_day(page: Page, day: date) -> None:
    """Fill the one date that a page asks for."""
    for box, value in zip(("年", "月", "日"), day.timetuple()[:3], strict=True):
        page.get_by_label(box, exact=True).fill(str(value))


def upload(page: Page, folder: Path, paper: str) -> None:
    """Hand in one paper on the page of a case, of staff or of the applicant."""
    file = folder / "paper.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0 paper")
    page.locator("#code").select_option(label=paper)
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_text("材料已收下。")).to_be_visible()


def upload_all(page: Page, folder: Path) -> None:
    """Hand in every paper that the case on the page still lacks."""
    for paper in page.locator("#code option").all_inner_texts():
        if page.get_by_role("listitem").filter(has_text="▲ 还缺").filter(has_text=paper).count():
            upload(page, folder, paper)


def open_case(page: Page, site: Site, name: str, scheme: str) -> None:
    """Open somebody's case from the list of those not decided yet."""
    page.goto(f"{site.address}/cases/?which=open")
    page.get_by_role("row", name=re.compile(f"{name}.*{scheme}")).get_by_role("link").click()


def take(page: Page, step: str, state: str) -> None:
    """Take a step by its button and see where the case stands then."""
    page.get_by_role("button", name=step, exact=True).click()
    expect(page.get_by_text(f"已办理，现在是“{state}”。")).to_be_visible()


def assess(page: Page, *, kind: str = "", grade: str = "") -> None:
    """Book an assessment for the case on the page and record that it fits, on the same day."""
    from zhucan.orgs.clock import today

    case = page.url
    page.get_by_role("link", name="预约评定").click()
    page.get_by_label("评定机构").fill("示例医院")
    fill_day(page, today())
    page.get_by_role("button", name="保存").click()
    page.goto(case)
    page.get_by_role("link", name="录入评定结果").click()
    page.get_by_label("符合", exact=True).check()
    if kind:
        page.get_by_label("残疾类别（选填）", exact=True).select_option(label=kind)
        page.get_by_label("等级（选填）", exact=True).select_option(label=grade)
    page.get_by_role("button", name="保存").click()
    page.goto(case)


def pay_granted(page: Page, site: Site, sign_in: SignIn, folder: Path) -> str:
    """Have clerk, approver and finance pay what was granted case by case, down to the bank's answer; return the run's page."""
    change_over(page, site, sign_in, "clerk")
    page.goto(f"{site.address}/runs/calculate/")
    from zhucan.orgs.clock import today

    page.get_by_label("月份").fill(f"{today():%Y-%m}")
    page.get_by_label("单项批准的款项").check()
    page.get_by_role("button", name="开始计算").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("单项", timeout=60_000)
    address = page.url
    if page.get_by_label("仍要审核").count():
        page.get_by_role("button", name="全选本页").click()
        page.get_by_label("说明").fill("已逐个核实")
        page.get_by_role("button", name="记为看过").click()
    page.get_by_role("button", name="审核", exact=True).click()
    change_over(page, site, sign_in, "approver")
    page.goto(address)
    page.get_by_role("link", name="去批准").click()
    page.get_by_role("button", name="批准并入账").click()
    expect(page.get_by_role("listitem").filter(has_text="已批准")).to_have_attribute(
        "aria-current", "step", timeout=60_000
    )
    change_over(page, site, sign_in, "finance")
    page.goto(address)
    page.get_by_role("button", name="报盘").click()
    with page.expect_download() as got:
        page.get_by_role("button", name="下载 csv").last.click()
    rows = list(csv.reader(io.StringIO(Path(got.value.path()).read_bytes().decode("gb18030"))))
    answer = folder / "回盘.csv"
    with answer.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("批次号", "序号", "金额", "结果", "失败原因"))
        writer.writerows((row[0], row[1], row[5], "成功", "") for row in rows[1:-1])
    page.get_by_role("link", name="上传回盘，对账").click()
    page.get_by_label("回盘文件").set_input_files(answer)
    page.get_by_role("button", name="对账").click()
    expect(page.get_by_text("失败 0 笔")).to_be_visible()
    return address

"""A mother asks once for her four-year-old deaf child, on a phone in 关怀版; the clerk and the approver carry it to decided."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from zhucan.core.calendar import add_years
from zhucan.core.identifiers import check_character
from zhucan.orgs.clock import today

SignIn = Callable[[Site, str], None]


def _child(site: Site, folder: Path) -> int:
    """Register a child of four in a village, without a certificate; return its number."""
    born = add_years(today(), -4).replace(day=1)
    body = f"330499{born:%Y%m%d}904"
    with sqlite3.connect(f"file:{site.home / 'zhucan.sqlite3'}?mode=ro", uri=True) as base:
        (village,) = base.execute(
            "SELECT code FROM orgs_division WHERE level = 'village' AND code LIKE '330499%' ORDER BY code LIMIT 1"
        ).fetchone()
    roster = folder / "roster.csv"
    roster.write_text(
        "姓名,身份证号,区划代码,监护人,监护人关系,监护人电话,困难类型\n"
        f"费小禾,{body}{check_character(body)},{village},费守诚,母亲,13800000009,低保\n",
        encoding="utf-8",
    )
    site.zhucan("import", "people", str(roster), "--division", "330499")
    with sqlite3.connect(f"file:{site.home / 'zhucan.sqlite3'}?mode=ro", uri=True) as base:
        (number,) = base.execute("SELECT id FROM registry_person WHERE name = '费小禾'").fetchone()
    return int(number)


def _without_waiting(site: Site) -> None:
    for name in ("wait_certified_approve", "wait_public_approve"):
        site.zhucan("standard", "set", name, "--division", "330499", "--from", "2026-01-01", "--value", "0", "--document", "示例")  # fmt: skip


def _change_over(page: Page, site: Site, sign_in: SignIn, username: str) -> None:
    page.get_by_role("button", name="退出").click()
    sign_in(site, username)


def _upload(page: Page, folder: Path, paper: str) -> None:
    file = folder / "paper.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0 paper")
    page.get_by_label("哪一份材料").select_option(label=paper)
    page.get_by_label("照片或文件").set_input_files(file)
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_text("材料已收下。")).to_be_visible()


def _open(page: Page, site: Site, scheme: str) -> None:
    page.goto(f"{site.address}/cases/?which=open")
    page.get_by_role("row", name=re.compile(f"费小禾.*{scheme}")).get_by_role("link").click()


def _granted(page: Page, site: Site, scheme: str, faultless: Callable[..., Any]) -> None:
    _open(page, site, scheme)
    faultless()
    page.get_by_role("button", name="批准", exact=True).click()
    expect(page.get_by_text("已办理，现在是“已批准”。")).to_be_visible()


def test_a_mother_asks_once_and_it_is_decided(
    page: Page, own_site: Site, sign_in: SignIn, faultless: Callable[..., Any], tmp_path: Path
):
    site = own_site
    child = _child(site, tmp_path)
    _without_waiting(site)
    sign_in(site, "clerk")
    page.goto(f"{site.address}/people/{child}/access/")
    page.get_by_label("用户名").fill("guardian")
    page.get_by_label("使用人姓名").fill("费守诚")
    page.get_by_label("监护人", exact=True).check()
    page.get_by_role("button", name="开通").click()

    page.set_viewport_size({"width": 375, "height": 800})
    _change_over(page, site, sign_in, "guardian")
    page.get_by_role("button", name="关怀版").click()
    page.goto(f"{site.address}/my/apply/")
    faultless(care=True)
    page.get_by_label("费小禾（监护人）").check()
    page.get_by_label("孩子确诊").check()
    page.get_by_role("button", name="看能申请什么").click()
    expect(page.get_by_label("残疾人证新办")).to_be_checked()
    page.get_by_label("重度残疾人护理补贴").check()
    for other in page.get_by_role("group", name="申请哪些项目").get_by_role("checkbox").all():
        if other.get_attribute("value") not in ("certificate-new", "nursing-subsidy"):
            other.uncheck()
    page.get_by_label("申请评定的残疾类别").select_option(label="听力")
    faultless(care=True)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已提交。")).to_be_visible()
    faultless(care=True)
    page.get_by_role("link", name="残疾人证新办").click()
    for paper in page.locator("#code option").all_inner_texts():
        if page.get_by_role("listitem").filter(has_text="▲ 还缺").filter(has_text=paper).count():
            _upload(page, tmp_path, paper)
    faultless(care=True)

    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="标准版").click()
    _change_over(page, site, sign_in, "clerk")
    page.goto(f"{site.address}/cases/")
    faultless()
    _open(page, site, "残疾人证新办")
    page.get_by_role("button", name="初审通过").click()
    page.get_by_role("link", name="预约评定").click()
    page.get_by_label("评定机构").fill("示例医院")
    for box, value in zip(("年", "月", "日"), today().timetuple()[:3], strict=True):
        page.get_by_label(box, exact=True).fill(str(value))
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="录入评定结果").click()
    page.get_by_label("符合", exact=True).check()
    page.get_by_label("残疾类别（选填）", exact=True).select_option(label="听力")
    page.get_by_label("等级（选填）", exact=True).select_option(label="1 级")
    page.get_by_role("button", name="保存").click()
    _open(page, site, "残疾人证新办")
    page.get_by_role("button", name="公示").click()
    faultless()

    _change_over(page, site, sign_in, "approver")
    _granted(page, site, "残疾人证新办", faultless)
    _change_over(page, site, sign_in, "clerk")
    _open(page, site, "护理补贴")
    page.get_by_role("button", name="初审通过").click()
    page.get_by_role("button", name="公示").click()
    page.goto(f"{site.address}/publicity/")
    expect(page.get_by_text("费**").first).to_be_visible()
    faultless()
    page.goto(f"{site.address}/welcome/publicity/")
    faultless()
    page.goto(f"{site.address}/cases/")
    _change_over(page, site, sign_in, "approver")
    _granted(page, site, "护理补贴", faultless)
    page.get_by_role("link", name="看决定书，打印").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("重度残疾人护理补贴批准决定书")
    faultless()

    page.goto(f"{site.address}/cases/")
    _change_over(page, site, sign_in, "guardian")
    page.goto(f"{site.address}/my/applications/")
    expect(page.get_by_text("已批准", exact=True)).to_have_count(2)
    page.get_by_role("link", name="重度残疾人护理补贴").click()
    expect(page.get_by_text("✓ 批准")).to_be_visible()
    faultless()
    page.get_by_role("link", name="看决定书").click()
    faultless()
    assert "核对无误" in site.zhucan("verify")
    out = tmp_path / "sms.csv"
    assert "条通知" in site.zhucan("case", "outbox", str(out), "--division", "330499")
    assert "13800000009" in out.read_text(encoding="utf-8-sig")


def test_asking_works_without_script(browser: Browser, own_site: Site):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{own_site.address}/sign-in/")
    page.get_by_label("用户名").fill("guardian")
    page.get_by_label("密码").fill(own_site.password)
    page.get_by_role("button", name="登录").click()
    page.goto(f"{own_site.address}/my/apply/")
    page.get_by_label("刚办了残疾人证").check()
    page.get_by_role("button", name="看能申请什么").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我要申请")
    boxes = page.get_by_role("group", name="申请哪些项目").get_by_role("checkbox")
    for box in boxes.all():
        box.uncheck()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("请选择申请哪些项目")
    boxes.first.check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已提交。")).to_be_visible()
    context.close()

"""A mother asks once for her four-year-old deaf child, on a phone in 关怀版; it is decided, handed over, rendered and paid."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Site
from tests.browser.walking import (
    SignIn,
    ask,
    assess,
    change_over,
    fill_day,
    open_case,
    pay_granted,
    take,
    upload_all,
)
from zhucan.core.calendar import add_years
from zhucan.core.identifiers import check_character
from zhucan.orgs.clock import today

_NAME = "费小禾"
_WANTED = ("残疾人证新办", "重度残疾人护理补贴", "残疾儿童康复救助", "助听器适配补贴")


def _child(site: Site, folder: Path) -> int:
    """Register a child of four in a village, without a certificate; return its number."""
    born = add_years(today(), -4).replace(day=1)
    body = f"330499{born:%Y%m%d}904"
    ((village,),) = ask(
        site, "SELECT code FROM orgs_division WHERE level = 'village' AND code LIKE '330499%' ORDER BY code LIMIT 1"
    )
    roster = folder / "roster.csv"
    roster.write_text(
        "姓名,身份证号,区划代码,监护人,监护人关系,监护人电话,困难类型,开户银行,银行账号,户名\n"
        f"费小禾,{body}{check_character(body)},{village},费守诚,母亲,13800000009,低保,示例银行,6228330499000000904,费守诚\n",
        encoding="utf-8",
    )
    site.zhucan("import", "people", str(roster), "--division", "330499")
    ((number,),) = ask(site, "SELECT id FROM registry_person WHERE name = '费小禾'")
    return int(number)


def _without_waiting(site: Site) -> None:
    for name in ("wait_certified_approve", "wait_public_approve"):
        site.zhucan("standard", "set", name, "--division", "330499", "--from", "2026-01-01", "--value", "0", "--document", "示例")  # fmt: skip


def _aids(site: Site) -> None:
    """Put two hearing aids into a store of the county."""
    common = ("--division", "330499")
    site.zhucan("stock", "item", "耳背式助听器", "--unit", "只", "--scheme", "device-hearing-aid", "--worth", "2800", "--years", "5", *common)  # fmt: skip
    site.zhucan("stock", "receive", "耳背式助听器", "--store", "县残联仓库", "--quantity", "2", *common)


def _of_the_child(page: Page) -> Locator:
    """Return the rows of the child among the mother's applications: she has others under her care."""
    return page.locator("tbody tr").filter(has_text=_NAME)


def _asked(page: Page, site: Site, faultless: Callable[..., Any], folder: Path) -> None:
    """Ask for everything on one form, on a phone in 关怀版, and hand in the papers."""
    page.set_viewport_size({"width": 375, "height": 800})
    page.get_by_role("button", name="关怀版").click()
    page.goto(f"{site.address}/my/apply/")
    faultless(care=True)
    page.get_by_label(f"{_NAME}（监护人）").check()
    page.get_by_label("孩子确诊").check()
    page.get_by_role("button", name="看能申请什么").click()
    offered = page.get_by_role("group", name="申请哪些项目").get_by_role("checkbox")
    assert len({box.get_attribute("value") for box in offered.all()}) > len(_WANTED)
    expect(page.get_by_label("残疾人证新办")).to_be_checked()
    for box in offered.all():
        box.uncheck()
    for name in _WANTED:
        page.get_by_label(name, exact=True).check()
    page.get_by_label("申请评定的残疾类别").select_option(label="听力")
    page.get_by_label("每件价格").fill("2800")
    page.get_by_label("件数").fill("2")
    page.get_by_role("group", name="已由工伤保险").get_by_label("否").check()
    faultless(care=True)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已提交。")).to_be_visible()
    faultless(care=True)
    for scheme in ("残疾人证新办", "残疾儿童康复救助", "助听器适配补贴"):
        page.goto(f"{site.address}/my/applications/")
        _of_the_child(page).filter(has_text=scheme).get_by_role("link").click()
        upload_all(page, folder)
        faultless(care=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="标准版").click()


def _approved(page: Page, site: Site, scheme: str, faultless: Callable[..., Any]) -> None:
    open_case(page, site, _NAME, scheme)
    faultless()
    page.get_by_label("批准的理由").fill("材料和评定都核对过")
    take(page, "批准", "已批准")


def _certified(page: Page, site: Site, sign_in: SignIn, faultless: Callable[..., Any]) -> None:
    """Have the certificate assessed, hung out and issued: the other three rest on it."""
    open_case(page, site, _NAME, "残疾人证新办")
    take(page, "初审通过", "评定中")
    assess(page, kind="听力", grade="1 级")
    take(page, "公示", "公示中")
    faultless()
    change_over(page, site, sign_in, "approver")
    _approved(page, site, "残疾人证新办", faultless)


def _checked(page: Page, site: Site, folder: Path, faultless: Callable[..., Any]) -> None:
    """Carry the other three to where the approver decides."""
    open_case(page, site, _NAME, "护理补贴")
    take(page, "初审通过", "待审批")
    take(page, "公示", "公示中")
    page.goto(f"{site.address}/publicity/")
    expect(page.get_by_text("费**").first).to_be_visible()
    faultless()
    page.goto(f"{site.address}/welcome/publicity/")
    faultless()
    for scheme in ("残疾儿童康复救助", "助听器适配补贴"):
        open_case(page, site, _NAME, scheme)
        take(page, "初审通过", "评定中")
        assess(page)
    open_case(page, site, _NAME, "残疾儿童康复救助")
    page.get_by_role("link", name="按核实的情况改填").click()
    month = page.get_by_role("group", name="第 1 项训练月份")
    for box, value in zip(("年", "月", "日"), today().timetuple()[:3], strict=True):
        month.get_by_label(box, exact=True).fill(str(value))
    page.get_by_label("第 1 项当月训练费用").fill("2600")
    page.get_by_label("第 1 项出勤天数").fill("22")
    faultless()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已改好")).to_be_visible()
    page.goto(f"{site.address}/cases/")


def _handed_over(page: Page, site: Site, child: int, faultless: Callable[..., Any]) -> None:
    """Hand out the hearing aids and arrange the training, as the clerk."""
    page.goto(f"{site.address}/people/{child}/")
    page.get_by_role("link", name="发实物").click()
    page.get_by_label("按什么发").select_option(label=f"批准：助听器适配补贴（{today()}）")
    page.get_by_label("物品和仓库").select_option(label="耳背式助听器：县残联仓库，可用 2 只")
    page.get_by_label("数量").fill("2")
    faultless()
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("已登记。")).to_be_visible()
    page.goto(f"{site.address}/services/")
    page.get_by_role("link", name=re.compile("安排服务.*费.*残疾儿童康复救助")).click()
    page.get_by_label("服务机构").select_option(label="示例县康复中心")
    page.get_by_label("计划数量").fill("3")
    for name, day in (("开始日期", today()), ("结束日期", add_years(today(), 1))):
        for box, value in zip(("年", "月", "日"), day.timetuple()[:3], strict=True):
            page.get_by_role("group", name=name).get_by_label(box, exact=True).fill(str(value))
    faultless()
    page.get_by_role("button", name="安排").click()
    expect(page.get_by_text("已安排服务。")).to_be_visible()
    open_case(page, site, _NAME, "残疾儿童康复救助")
    page.get_by_role("link", name="写明收款机构").click()
    page.get_by_label("收款机构").select_option(label="示例县康复中心")
    faultless()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已写明付给示例县康复中心")).to_be_visible()


def _trained(page: Page, site: Site, child: int, faultless: Callable[..., Any]) -> None:
    """Enter a lesson, as the centre."""
    page.goto(f"{site.address}/services/")
    page.get_by_role("link", name=re.compile(f"（{child}）")).click()
    page.get_by_role("link", name="登记一次服务").click()
    fill_day(page, today())
    page.get_by_label("开始时间").fill("00:10")
    page.get_by_label("结束时间").fill("00:50")
    page.get_by_label("服务人员").fill("陶老师")
    page.get_by_label("签字人").fill("费守诚")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记这次服务。")).to_be_visible()
    faultless()


def test_a_mother_asks_once_and_all_of_it_is_decided_delivered_and_paid(
    page: Page, own_site: Site, sign_in: SignIn, faultless: Callable[..., Any], tmp_path: Path
):
    site = own_site
    child = _child(site, tmp_path)
    _without_waiting(site)
    _aids(site)
    sign_in(site, "clerk")
    page.goto(f"{site.address}/people/{child}/access/")
    page.get_by_label("用户名").fill("guardian")
    page.get_by_label("使用人姓名").fill("费守诚")
    page.get_by_label("监护人", exact=True).check()
    page.get_by_role("button", name="开通").click()

    change_over(page, site, sign_in, "guardian")
    _asked(page, site, faultless, tmp_path)
    change_over(page, site, sign_in, "clerk")
    page.goto(f"{site.address}/cases/")
    faultless()
    _certified(page, site, sign_in, faultless)
    change_over(page, site, sign_in, "clerk")
    _checked(page, site, tmp_path, faultless)
    change_over(page, site, sign_in, "approver")
    for scheme in ("残疾儿童康复救助", "助听器适配补贴", "护理补贴"):
        _approved(page, site, scheme, faultless)
    page.get_by_role("link", name="看决定书，打印").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("重度残疾人护理补贴批准决定书")
    faultless()
    page.goto(f"{site.address}/cases/")

    change_over(page, site, sign_in, "clerk")
    _handed_over(page, site, child, faultless)
    change_over(page, site, sign_in, "hospital")
    _trained(page, site, child, faultless)
    run = pay_granted(page, site, sign_in, tmp_path)
    page.goto(run)
    faultless()
    site.zhucan("run", f"{today():%Y-%m}", "--division", "330499", "--through", "sent", "--out", str(tmp_path))

    change_over(page, site, sign_in, "clerk")
    page.goto(f"{site.address}/people/{child}/")
    given = page.get_by_role("region", name="得到的款项、实物和服务")
    expect(given.get_by_role("row", name=re.compile("助听器适配补贴.*2 只.*5,600.00"))).to_be_visible()
    expect(given.get_by_role("row", name=re.compile("残疾儿童康复救助.*1 月.*示例县康复中心"))).to_be_visible()
    expect(given.get_by_role("row", name=re.compile("残疾儿童康复救助.*2,400.00"))).to_be_visible()
    months = page.get_by_role("region", name="发放", exact=True)
    expect(months.get_by_role("row", name=re.compile("重度残疾人护理补贴"))).to_be_visible()
    faultless()
    change_over(page, site, sign_in, "guardian")
    page.goto(f"{site.address}/my/applications/")
    expect(_of_the_child(page).get_by_text("已批准", exact=True)).to_have_count(4)
    _of_the_child(page).filter(has_text="重度残疾人护理补贴").get_by_role("link").click()
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

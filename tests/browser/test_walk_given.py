"""What is given beside money: a household's ramp from the survey to its price paid, and a wheelchair that comes back broken."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.walking import SignIn, ask, change_over, fill_day, pay_granted, take, upload
from zhucan.orgs.clock import today

_SURVEYED = (("住房适合施工", "是"), ("同住的重度残疾人人数（含本人）", "1"))


def _poor_and_severe(site: Site) -> tuple[int, str]:
    """Return somebody alive, of a household on dibao, with a physical disability of grade 1 or 2, who lives in the county."""
    ((number, name),) = ask(
        site,
        "SELECT p.id, p.name FROM registry_person p"
        " JOIN registry_certificate c ON c.person_id = p.id AND c.valid_to IS NULL AND c.retracted_at IS NULL"
        "  AND c.category = 'physical' AND c.grade <= 2 AND c.status = 'valid' AND c.expires > date('now', '+1 year')"
        " JOIN registry_hardship h ON h.person_id = p.id AND h.valid_to IS NULL AND h.retracted_at IS NULL"
        "  AND h.kind = 'dibao'"
        " JOIN registry_residence r ON r.person_id = p.id AND r.valid_to IS NULL AND r.retracted_at IS NULL"
        "  AND r.division_id LIKE '330499%'"
        " WHERE p.born < '1990-01-01' AND p.id NOT IN (SELECT person_id FROM registry_death WHERE retracted_at IS NULL"
        " UNION SELECT person_id FROM cases_application WHERE scheme = 'home-adaptation')"
        " ORDER BY p.id LIMIT 1",
    )
    return int(number), str(name)


def _found_at_the_survey(page: Page, site: Site, person: int, faultless: Callable[..., Any]) -> None:
    for kind, value in _SURVEYED:
        page.goto(f"{site.address}/people/{person}/record/finding/")
        page.get_by_label("核实了什么").select_option(label=kind)
        page.get_by_label("结果（选填）").fill(value)
        fill_day(page, today())
        page.get_by_label("依据").fill("入户勘察")
        faultless()
        page.get_by_role("button", name="先看影响").click()
        page.get_by_role("button", name="确认保存").click()
        expect(page.get_by_text("已登记。")).to_be_visible()
    expect(page.get_by_role("cell", name="住房适合施工：是", exact=True)).to_be_visible()


def test_a_ramp_is_surveyed_built_accepted_and_paid(
    page: Page, own_site: Site, sign_in: SignIn, faultless: Callable[..., Any], tmp_path: Path
):
    site = own_site
    person, _ = _poor_and_severe(site)
    site.zhucan("standard", "set", "wait_works_approve", "--division", "330499", "--from", "2026-01-01", "--value", "0", "--document", "示例")  # fmt: skip
    sign_in(site, "clerk")
    page.goto(f"{site.address}/cases/new/{person}/?event=unsafe_home")
    for box in page.get_by_role("group", name="申请哪些项目").get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_label("困难重度残疾人家庭无障碍改造", exact=True).check()
    page.get_by_label("核定的工程费用").fill("4680")
    page.get_by_role("group", name="房屋所有人同意改造").get_by_label("是").check()
    faultless()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记 1 件")).to_be_visible()
    case = page.url
    page.get_by_role("button", name="录入勘察", exact=True).click()
    expect(page.get_by_text("还缺改造前照片")).to_be_visible()
    page.goto(case)
    upload(page, tmp_path, "改造前照片")
    for paper in ("房屋所有人同意书", "改造方案（本人签字）"):
        upload(page, tmp_path, paper)
    _found_at_the_survey(page, site, person, faultless)
    page.goto(case)
    take(page, "录入勘察", "已勘察")
    take(page, "公示", "公示中")
    faultless()

    change_over(page, site, sign_in, "approver")
    page.goto(case)
    take(page, "批准", "已批准")
    change_over(page, site, sign_in, "clerk")
    page.goto(f"{site.address}/services/institutions/")
    page.get_by_label("全称").fill("示例无障碍施工队")
    page.get_by_label("种类").select_option(label="供应商")
    page.get_by_role("button", name="登记").click()
    page.get_by_role("link", name=re.compile("收款账户.*示例无障碍施工队")).click()
    page.get_by_label("开户银行").fill("示例银行")
    page.get_by_label("账号").fill("330499000000000777")
    page.get_by_role("button", name="保存").click()
    page.goto(case)
    page.get_by_role("link", name="写明收款机构").click()
    page.get_by_label("收款机构").select_option(label="示例无障碍施工队")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已写明付给示例无障碍施工队")).to_be_visible()
    assert "没有已批准而还没有发的款项" in site.zhucan(
        "run", f"{today():%Y-%m}", "--division", "330499", "--granted", "--scheme", "home-adaptation"
    )  # approved, and nothing is paid for what is not accepted
    page.goto(case)
    page.get_by_role("button", name="完工", exact=True).click()
    expect(page.get_by_text("还缺改造后照片")).to_be_visible()
    page.goto(case)
    upload(page, tmp_path, "改造后照片")
    take(page, "完工", "已完工")
    upload(page, tmp_path, "验收单")
    take(page, "验收合格", "已验收")
    faultless()
    run = pay_granted(page, site, sign_in, tmp_path)
    page.goto(run)
    faultless()
    change_over(page, site, sign_in, "clerk")
    page.goto(case)
    take(page, "办结", "已办结")
    page.goto(f"{site.address}/people/{person}/")
    given = page.get_by_role("region", name="得到的款项、实物和服务")
    expect(given.get_by_role("row", name=re.compile("无障碍改造.*4,680.00"))).to_be_visible()
    assert "核对无误" in site.zhucan("verify")


def test_a_wheelchair_comes_back_broken_is_repaired_and_handed_out_again(
    page: Page, own_site: Site, sign_in: SignIn, faultless: Callable[..., Any]
):
    site = own_site
    person, _ = _poor_and_severe(site)

    def held(ready: int, broken: int) -> None:
        page.goto(f"{site.address}/stock/")
        row = page.get_by_role("region", name="库存").get_by_role("row", name=re.compile("普通轮椅"))
        expect(row).to_contain_text(re.compile(rf"县残联仓库\s*{ready}\s*{broken}\s*辆"))

    sign_in(site, "clerk")
    held(2, 1)  # six came in, four went out, one of them is back and broken
    out = page.get_by_role("row", name=re.compile(r"发放.*普通轮椅（W002）"))
    out.get_by_role("link", name="登记归还").click()
    page.get_by_label("坏了，要修").check()
    page.get_by_label("说明").fill("后轮轴断裂")
    faultless()
    page.get_by_role("button", name="登记归还").click()
    expect(page.get_by_text("已登记归还。")).to_be_visible()
    faultless()
    held(2, 2)
    for serial, what, why in (("W002", "修好了，可以再发", "换了轮轴"), ("W001", "待修的报废", "车架变形，修不好")):
        page.get_by_role("link", name=re.compile("修好或报废.*普通轮椅")).click()
        page.get_by_label(what).check()
        page.get_by_label("编号").select_option(label=serial)
        page.get_by_label("说明").fill(why)
        page.get_by_role("button", name="登记", exact=True).click()
        expect(page.get_by_text("已登记。")).to_be_visible()
        faultless()
        page.goto(f"{site.address}/stock/")
    held(3, 0)
    page.goto(f"{site.address}/stock/issue/{person}/")
    page.get_by_label("按什么发").select_option(label="借用")
    page.get_by_label("物品和仓库").select_option(label="普通轮椅：县残联仓库，编号 W002")
    for box, value in zip(("年", "月", "日"), (today() + timedelta(days=30)).timetuple()[:3], strict=True):
        page.get_by_role("group", name="应还日期").get_by_label(box, exact=True).fill(str(value))
    faultless()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记。")).to_be_visible()
    held(2, 0)
    assert "核对无误" in site.zhucan("verify")

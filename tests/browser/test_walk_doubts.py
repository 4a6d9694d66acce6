"""The police send who died: the list is compared, weighed and accepted; the next run stops three benefits and recovers two."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.walking import SignIn, ask
from zhucan.core.identifiers import check_character, make_certificate_number
from zhucan.core.months import Month
from zhucan.orgs.clock import today

_BOTH = ("living-allowance", "nursing-subsidy")


def _number(order: str) -> str:
    body = f"33049919700302{order}"
    return body + check_character(body)


def _paid(site: Site, folder: Path, since: Month) -> dict[str, str]:
    """Register two severely disabled people whom the county pays from a month to the last; return their ID numbers."""
    numbers = {"费长庚": _number("903"), "费启明": _number("905")}
    ((village,),) = ask(
        site, "SELECT code FROM orgs_division WHERE level = 'village' AND code LIKE '330499%' ORDER BY code LIMIT 1"
    )
    rows = [
        f"{name},{number},{make_certificate_number(number, 'physical', 1)},2020-01-06,2030-01-06,{village},低保,示例银行,622833049900000{number[-4:-1]}1,{name}"
        for name, number in numbers.items()
    ]
    roster = folder / "roster.csv"
    head = "姓名,身份证号,残疾人证号,发证日期,有效期至,区划代码,困难类型,开户银行,银行账号,户名"
    roster.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    site.zhucan("import", "people", str(roster), "--division", "330499", "--as-of", since.first.isoformat())
    for name, schemes in zip(numbers, (_BOTH, _BOTH[1:]), strict=True):
        for scheme in schemes:
            day = since.first.isoformat()
            site.zhucan("award", "approve", numbers[name], scheme, "--applied", day, "--approved", day)
    last = Month.of(today()) - 1
    site.zhucan("run", str(last), "--division", "330499", "--through", "approved")
    return numbers


def _police(path: Path, rows: list[tuple[str, str, date]]) -> Path:
    """Write the list as the police send it: a title, their own words, GB18030."""
    lines = ["示例县死亡人员信息,,,", "序号,死者姓名,公民身份号码,死亡时间"]
    lines += [
        f"{place},{name},{number},{day.year}年{day.month}月{day.day}日"
        for place, (name, number, day) in enumerate(rows, 1)
    ]
    path.write_bytes("\r\n".join([*lines, "填报单位：示例县公安局,,,"]).encode("gb18030"))
    return path


def test_a_death_list_of_the_police_stops_three_benefits_and_opens_two_recoveries(
    page: Page, own_site: Site, sign_in: SignIn, faultless: Callable[..., Any], tmp_path: Path
):
    site, this = own_site, Month.of(today())
    numbers = _paid(site, tmp_path, this - 4)
    deaths = [
        ("费长庚", numbers["费长庚"], (this - 2).first.replace(day=10)),
        ("费启明", numbers["费启明"], (this - 1).first.replace(day=5)),
    ]
    sign_in(site, "clerk")
    page.goto(f"{site.address}/doubts/")
    page.get_by_role("link", name="导入名单").click()
    page.get_by_label("哪一种名单").select_option(label="死亡名单（公安）")
    page.get_by_label("名单文件").set_input_files(_police(tmp_path / "死亡.csv", deaths))
    faultless()
    page.get_by_role("button", name="比对").click()
    expect(page.get_by_role("heading", name="比对结果：死亡.csv")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("listitem").filter(has_text="新疑点")).to_contain_text("2")
    faultless()
    assert not ask(site, "SELECT 1 FROM registry_death d JOIN registry_person p ON p.id = d.person_id AND p.name LIKE '费%'")  # fmt: skip

    page.get_by_role("link", name="去核实疑点").click()
    faultless()
    page.get_by_role("link", name=re.compile("费长庚")).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    faultless()
    page.goto(f"{site.address}/doubts/?kind=death")
    ((count,),) = ask(site, "SELECT COUNT(*) FROM registry_doubt WHERE kind = 'death' AND status = 'open' AND \"match\" = 'exact'")  # fmt: skip
    assert count >= 2  # beside those that the county had already
    page.get_by_role("button", name=re.compile(f"成批核实号码一致的 {count} 条")).click()
    expect(page.get_by_role("heading", name=f"成批核实：{count} 条")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("这是试算，登记还没有改动。")).to_be_visible()
    faultless()
    page.get_by_role("button", name=f"采信这 {count} 条，登记").click()
    expect(page.get_by_text(f"已采信并登记 {count} 条。")).to_be_visible()
    faultless()

    page.goto(f"{site.address}/runs/calculate/")
    page.get_by_label("月份").fill(str(this))
    page.get_by_role("button", name="开始计算").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{this.label}发放", timeout=90_000)
    faultless()
    said = ask(
        site,
        "SELECT p.name, l.scheme, l.kind, l.month, l.cause FROM payments_line l JOIN registry_person p ON p.id = l.person_id"
        f" JOIN payments_run r ON r.id = l.run_id AND r.month = {this.index} AND NOT r.granted WHERE p.name LIKE '费%'",
    )
    assert {row[4] for row in said} == {"died"}
    stopped = sorted(row[:2] for row in said if row[2] == "stop")
    assert stopped == sorted([*(("费长庚", scheme) for scheme in _BOTH), ("费启明", _BOTH[1])])
    assert sorted((row[0], row[1], row[3]) for row in said if row[2] == "recovery") == [
        ("费长庚", scheme, (this - 1).index) for scheme in _BOTH
    ]

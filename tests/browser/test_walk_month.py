"""A month taken from calculation to a reconciled bank file with a failure, in a real browser by four people."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

SignIn = Callable[[Site, str], None]


def _change_over(page: Page, site: Site, sign_in: SignIn, username: str) -> None:
    page.get_by_role("button", name="退出").click()
    sign_in(site, username)


def _answer(plain: bytes, *, failing: int) -> tuple[str, int]:
    """Return what the bank says of a file: all paid but `failing`, and how many there were."""
    rows = list(csv.reader(io.StringIO(plain.decode("gb18030"))))
    said = [["批次号", "序号", "金额", "结果", "失败原因"]]
    for row in rows[1:-1]:
        bad = row[1] == str(failing)
        said.append([row[0], row[1], row[5], "失败" if bad else "成功", "账户已注销" if bad else ""])
    out = io.StringIO()
    csv.writer(out).writerows(said)
    return out.getvalue(), len(said) - 1


def _download(page: Page, name: str) -> bytes:
    with page.expect_download() as got:
        page.get_by_role("button", name=name).last.click()
    return Path(got.value.path()).read_bytes()


def _reconcile(page: Page, tmp_path: Path, said: str) -> None:
    page.get_by_role("link", name="上传回盘，对账").click()
    file = tmp_path / "回盘.csv"
    file.write_bytes(said.encode("gb18030"))
    page.get_by_label("回盘文件").set_input_files(file)
    page.get_by_role("button", name="对账").click()


def test_a_month_from_calculation_to_a_reconciled_bank_file(
    page: Page, own_site: Site, sign_in: SignIn, faultless: Callable[..., Any], tmp_path: Path
):
    sign_in(own_site, "clerk")
    page.get_by_role("link", name="发放", exact=True).click()
    page.get_by_role("link", name="计算发放").click()
    expect(page.get_by_label("月份")).to_have_value("2026-01")
    page.get_by_role("button", name="开始计算").click()
    expect(page.get_by_role("heading", name="2026年1月发放")).to_be_visible(timeout=60_000)
    faultless()
    address = page.url
    if page.get_by_label("仍要审核").count():
        page.get_by_role("button", name="全选本页").click()
        page.get_by_label("说明").fill("已逐个核实")
        page.get_by_role("button", name="记为看过").click()
    page.get_by_role("button", name="审核", exact=True).click()
    expect(page.get_by_text("已审核，等待审批人批准。")).to_be_visible()

    _change_over(page, own_site, sign_in, "approver")
    page.get_by_role("link", name="审批").click()
    page.goto(address + "?kind=same")
    page.get_by_role("link", name="看依据").first.click()
    expect(page.get_by_role("heading", name="可以享受")).to_be_visible()
    faultless()
    page.get_by_role("link", name="暂不发放这一行").click()
    page.get_by_role("button", name="暂不发放").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写原因")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("原因").fill("收到举报，先核实")
    page.get_by_role("button", name="暂不发放").click()
    expect(page.get_by_text("▲ 暂不发放")).to_be_visible()
    page.get_by_role("link", name="去批准").click()
    expect(page.get_by_text("1 行")).to_be_visible()
    page.get_by_role("button", name="批准并入账").click()
    expect(page.get_by_role("listitem").filter(has_text="已批准")).to_have_attribute(
        "aria-current", "step", timeout=60_000
    )

    _change_over(page, own_site, sign_in, "finance")
    page.goto(address)
    page.get_by_role("button", name="报盘").click()
    expect(page.get_by_text("已报盘：批次")).to_be_visible()
    faultless()
    said, count = _answer(_download(page, "下载 csv"), failing=1)
    _reconcile(page, tmp_path, said)
    expect(page.get_by_text(f"到账 {count - 1} 笔")).to_be_visible()
    page.get_by_role("link", name="看是谁、为什么").click()
    expect(page.get_by_text("账户已注销")).to_be_visible()
    faultless()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="再发一次").click()
    expect(page.get_by_text("已做好补发批次")).to_be_visible()
    said, count = _answer(_download(page, "下载 csv"), failing=0)
    assert count == 1
    _reconcile(page, tmp_path, said)
    expect(page.get_by_text("失败 0 笔")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="已回盘")).to_have_attribute("aria-current", "step")
    assert own_site.zhucan("verify")

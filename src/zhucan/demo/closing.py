"""The end of the demo: next year's plan, and the year's work report as files."""

from datetime import date
from pathlib import Path

from zhucan.demo.life import at
from zhucan.orgs.models import User
from zhucan.planning.services import add_plan_item
from zhucan.reports.checking import release
from zhucan.reports.renderers import render
from zhucan.reports.services import compose

# text, indicator, target; a target of so many among a thousand holders ends with ‰
_PLAN = (
    ("全面落实困难残疾人生活补贴、重度残疾人护理补贴，做到应补尽补、按月发放", "subsidies-recipients", "640‰"),
    ("重度残疾人护理补贴覆盖率保持在较高水平", "nursing-subsidy-coverage", "90"),
    ("困难残疾人生活补贴覆盖率稳步提高", "living-allowance-coverage", "95"),
    ("对行动不便的申请人上门评定，做到新办残疾人证应办尽办", "certificates-new", "40‰"),
    ("残疾人证到期前三个月逐人提醒，减少到期未换证", "certificates-lapsed", "5‰"),
    ("每月与公安、民政、司法行政、人力社保部门比对死亡、低保、服刑和其他待遇信息，减少多发", "", ""),
    ("多发补贴的追回做到一人一策，年内办结率不低于90%", "", ""),
    ("为没有收款账户的残疾人逐户办理账户，做到当月发放、当月到账", "", ""),
    ("开展补贴政策进村（社区）宣传，每个乡镇（街道）不少于2场", "", ""),
    ("全县专职委员完成一轮入户走访，困难情况不明的家庭全部核实", "holders-hardship-unknown", "0"),
)


def close(*, county: str, people: int, year: int, day: date, folder: Path, by: User) -> list[Path]:
    """Enter the plan of the year after, compose the year's report on a day and write it; return the files."""
    moment = at(day, 9)
    for text, indicator, wanted in _PLAN:
        target = str(int(wanted[:-1]) * people // 1000) if wanted.endswith("‰") else wanted
        add_plan_item(division=county, year=year + 1, text=text, indicator=indicator, target=target, at=moment, by=by)
    report = compose("county-work-report", county, year, at=at(day, 10), by=by)
    release(report=report, at=at(day, 11), by=by, despite="示例县的报告，只供演示")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for suffix in ("docx", "pdf", "json"):
        path = folder / f"{report.title}.{suffix}"
        path.write_bytes(render(report, suffix)[0])
        written.append(path)
    return written

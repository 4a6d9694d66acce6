"""The end of the demo: next year's plan, the year's work report as files, and a draft of others that was checked."""

from datetime import date
from pathlib import Path

from zhucan.demo.life import at
from zhucan.orgs.models import User
from zhucan.planning.services import add_plan_item
from zhucan.reports.checking import keep, release
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
_DRAFT = """示例乙县残疾人联合会2025年工作总结（征求意见稿）
2025年，全县持证残疾人共12580人，其中肢体6920人、视力1640人、听力1510人、智力1180人、精神1230人。
全年发放两项补贴2860.4万元，比上年2410万元增长18.7%。
新办残疾人证412本，其中上门评定人，办理时限平均缩短到9个工作日。
2025年2月30日召开推进会，部署第四季度工作。
"""
"""Another county's draft, with a part that does not add up to its whole and a day that never was, for the checker's page."""


def close(*, county: str, people: int, year: int, day: date, folder: Path, by: User) -> list[Path]:
    """Enter the plan of the year after, compose the year's report on a day and write it; return the files.

    Somebody else's draft is checked on that day too.
    """
    moment = at(day, 9)
    for text, indicator, wanted in _PLAN:
        target = str(int(wanted[:-1]) * people // 1000) if wanted.endswith("‰") else wanted
        add_plan_item(division=county, year=year + 1, text=text, indicator=indicator, target=target, at=moment, by=by)
    report = compose("county-work-report", county, year, at=at(day, 10), by=by)
    release(report=report, at=at(day, 11), by=by, despite="示例县的报告，只供演示")
    keep(place=county, name="示例乙县总结（征求意见稿）.txt", data=_DRAFT.encode(), at=at(day, 14), by=by)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for suffix in ("docx", "pdf", "json"):
        path = folder / f"{report.title}.{suffix}"
        path.write_bytes(render(report, suffix)[0])
        written.append(path)
    return written

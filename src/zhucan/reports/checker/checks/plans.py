"""Plans that cannot be checked next year: without numbers, with vague ones, or with tasks whose size is not told."""

import re
from collections.abc import Iterator

from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.text import Article, Paragraph

_TARGET = re.compile(
    r"完成[^，。；]{0,10}?(?:下达|分配|确定|交办|部署)[^，。；]{0,20}?(?:任务|指标)|完成[^，。；]{0,24}?(?:改造|培训|就业|征收|康复|手术|适配|托养|建设)(?:各项)?(?:任务|指标)"
)
_VAGUE = re.compile(
    r"(?:\d+|[xX]{2,}|[一二三四五六七八九十百千]+)(?:多|余|来)(?:万|元|人|名|户|家|场|次|个|件|例)|(?:约|左右|力争达到一定)(?:\d+)?(?:人|名|户)?"
)
_NUMBER = re.compile(r"\d|[xX]{2,}|[二三四五六七八九十两]+(?:个|家|场|次|名|人|户|期|所|项|件)")


def targets(article: Article) -> Iterator[Finding]:
    """Find planned tasks without a number and targets that are more than some number."""
    for paragraph in article.body:
        if not paragraph.plan:
            continue
        for sentence in paragraph.sentences:
            for place, clause in sentence.clauses():
                match = _TARGET.search(clause)
                rest = re.split("[；。]", paragraph.text[place : sentence.end])[0]
                rest = re.sub(r"十[一二三四五六七八九]?五|第[一二三四五六七八九十]+", "", rest)
                if match and not _NUMBER.search(rest):
                    yield paragraph.finding(
                        "plan-without-number",
                        Severity.DOUBT,
                        place + match.start(),
                        f"“{match[0]}”没有写多少：年底无法计算完成率，请写明任务数。",
                    )
                vague = _VAGUE.search(clause)
                if vague and re.search(r"[余多来]", vague[0]):
                    yield paragraph.finding(
                        "target-vague",
                        Severity.DOUBT,
                        place + vague.start(),
                        f"目标写成“{vague[0]}”，达到没达到说不清：请写一个数。",
                    )


def numberless(article: Article) -> Iterator[Finding]:
    """Find a plan part without a single number."""
    parts: list[list[Paragraph]] = []
    for paragraph in article.paragraphs:
        if paragraph.plan and not paragraph.table:
            if not parts or parts[-1][-1] is not _before(article, paragraph):
                parts.append([])
            parts[-1].append(paragraph)
    for part in parts:
        text = re.sub(
            r"(?:19|20)\d{2}年|^\s*\d{1,2}[、.]|“[^”]*”|《[^》]*》|第[一二三四五六七八九十\d]+",
            "",
            "\n".join(one.text for one in part),
            flags=re.MULTILINE,
        )
        if len(text) >= 150 and not re.search(
            r"\d|[xX]{1,}[名人户家场次]|[两二三四五六七八九十]+(?:场|期|家|名|户|次)", text
        ):
            first = part[0]
            yield first.finding(
                "plan-without-number",
                Severity.DOUBT,
                0,
                f"计划部分（第 {first.line} 行起 {len(part)} 段）没有一个数字：请写明要完成多少、到什么时候。",
            )


def _before(article: Article, paragraph: Paragraph) -> Paragraph | None:
    at = article.paragraphs.index(paragraph)
    return article.paragraphs[at - 1] if at else None

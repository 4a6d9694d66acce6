"""The rows and columns of tables called 合计 against what they add up."""

import re
from collections.abc import Iterator
from fractions import Fraction

from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import told
from zhucan.reports.checker.text import Article

_CELL = re.compile(r"^-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$")
_SUM_WORD = re.compile(r"^(?:合\s*计|总\s*计|小\s*计|总\s*数|共\s*计)")


def tables(article: Article) -> Iterator[Finding]:
    """Check the rows and columns called 合计 against what they add up."""
    for table in article.tables:
        header, rows = table.rows[0], table.rows[1:]
        for number, cells in rows:
            if cells and _SUM_WORD.match(cells[0]):
                for at in range(1, len(cells)):
                    own = [
                        row[at]
                        for other, row in rows
                        if other != number and len(row) > at and not _SUM_WORD.match(row[0])
                    ]
                    yield from _added(
                        number, cells, cells[at], own, header[1][at] if len(header[1]) > at else f"第 {at + 1} 列"
                    )
            heads = [at for at, head in enumerate(header[1]) if _SUM_WORD.match(head) and at < len(cells)]
            if len(heads) == 1 and len(header[1]) == len(cells):
                own = [
                    cells[at]
                    for at in range(1, len(cells))
                    if at != heads[0] and "%" not in header[1][at] and not re.search("率|比", header[1][at])
                ]
                yield from _added(number, cells, cells[heads[0]], own, cells[0])


def _added(number: int, cells: tuple[str, ...], said: str, own: list[str], name: str) -> Iterator[Finding]:
    numbers = [one for one in own if _CELL.match(one)]
    if (
        not _CELL.match(said)
        or len(numbers) < 2
        or re.search(r"率|占比|比例|人均|平均|%", name)
        or len(numbers) < len([one for one in own if one not in ("", "-", "—", "/")])
    ):
        return
    values = [Fraction(one.replace(",", "")) for one in numbers]
    printed = Fraction(said.replace(",", ""))
    places = max(len(one.partition(".")[2]) for one in [*numbers, said])
    slack = Fraction(len(numbers) + 1, 2 * 10**places) if places else Fraction(0)
    if abs(sum(values) - printed) > slack:
        left = " + ".join(numbers) if len(numbers) <= 8 else f"{len(numbers)} 项之和"
        yield Finding(
            "table-total",
            Severity.ERROR,
            number,
            "　".join(cells),
            f"{name}：{left} = {told(sum(values, Fraction(0)))}，合计写的是 {said}：请核对。",
        )

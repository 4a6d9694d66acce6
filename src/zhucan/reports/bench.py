"""How long a report of thirty pages takes to be checked."""

import time
from collections.abc import Iterator

from zhucan.reports.checker import check

_PAGE = 22 * 28  # characters: the lines and columns of GB/T 9704
_LIMIT = 2  # seconds
_RUNS = 5
_SENTENCES = (
    "全年新增残疾人就业{a}人，完成市下达任务{b}人的{c}%，其中按比例就业{d}人、集中就业{e}人、个体就业{f}人。",
    "为{a}名残疾人发放补贴{d}万元，人均{e}元，比上年的{f}万元增长{c}%。",
    "第{n}个社区举办活动{e}场，参加{a}人次，{n}月{e}日在社区服务站召开残疾人座谈会，听取意见{f}条。",
    "康复服务惠及{b}人，其中视力{d}人、听力{e}人、肢体{f}人，服务率达{c}%，群众反映良好。",
    "走访慰问困难残疾人家庭{d}户，每户{e}元，共发放慰问金{f}万元，帮助解决就医、就学等实际困难{n}件。",
)


def bench_report(pages: int = 30) -> dict[str, float]:
    """Return the seconds that checking an invented report of so many pages takes, at best and in the middle of five."""
    lines = list(_lines(pages))
    took = []
    found = 0
    for _ in range(_RUNS):
        started = time.perf_counter()
        found = len(check(lines))
        took.append(time.perf_counter() - started)
    took.sort()
    return {
        "pages": pages,
        "characters": sum(map(len, lines)),
        "findings": found,
        "seconds": round(took[_RUNS // 2], 3),
        "best_seconds": round(took[0], 3),
        "limit_seconds": _LIMIT,
    }


def _lines(pages: int) -> Iterator[str]:
    """Yield the lines of a report whose sentences and numbers all differ."""
    yield "示例县残疾人联合会2024年工作总结"
    written, number = 0, 0
    while written < pages * _PAGE:
        parts = []
        for sentence in _SENTENCES:
            number += 1
            parts.append(sentence.format(a=100 + number * 37 % 899, b=200 + number * 53 % 701, c=60 + number % 39,
                                         d=20 + number * 7 % 71, e=1 + number % 27, f=3 + number * 11 % 89, n=1 + number % 12))  # fmt: skip
        line = f"{'一二三四五六七八九十'[number // 5 % 10]}是推进第{number}项工作。{''.join(parts)}"
        written += len(line)
        yield line

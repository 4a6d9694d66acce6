"""From the lines of a file to its reports: titles, headings, paragraphs put together again, tables, plan parts."""

import re
from collections.abc import Iterator, Sequence

from zhucan.reports.checker.text import ENUMERATOR, Article, Paragraph, Table, Title, canonical

_PART = re.compile(r"^\s*(?:#+\s*)?第(?:[一二三四五六七八九十]{1,3}|\d{1,2})篇\s*[：:]?\s*")
_ENDED = re.compile(r"[。！？；：…、|][”’）》\]]*$")
_CUT_INSIDE = re.compile(r"[。，；]")
_SIGNED = re.compile(r"(?:残疾人联合会|残联|协会|委员会|办公室|中心|街道|办事处|政府|日|局)$")
_TITLE_WORD = re.compile(r"总结|思路|报告|汇报|计划|要点|情况|打算|材料|方案|通报|简报|小结|安排")
_PLAN = re.compile(r"思路|打算|计划|下一步|下一阶段|明年|工作安排|目标任务|重点工作|工作要点|努力方向|展望")
_PAST = re.compile(r"总结|回顾|汇报|完成情况|开展情况|进展|成效|报告")
_SWALLOWED = re.compile(r"[一二三四五六七八九十]、[^，。；：]{2,15}$")
_COUNTED = re.compile(r"\d+(?:\.\d+)?[万亿]?[人名户家元件次场个]")
_LONG = 40  # characters: a line as long as this is no heading
_YEAR = re.compile(r"(?:19|20)\d{2}年")


def articles(lines: Sequence[str]) -> list[Article]:
    """Return the reports that the lines hold: one, or as many as a collection numbers (第一篇, 第二篇)."""
    starts = [number for number, line in enumerate(lines) if _PART.match(line)]
    if not starts or any(line.strip() for line in lines[: starts[0]]):
        starts = [0, *starts]
    ends = [*starts[1:], len(lines)]
    found = (_article(lines, start, end) for start, end in zip(starts, ends, strict=True))
    return [one for one in found if one.paragraphs or one.titles]


def _article(lines: Sequence[str], start: int, end: int) -> Article:
    rows = [(number + 1, lines[number]) for number in range(start, end)]
    titles, rest = _titles(rows)
    tables, table_lines = _tables(rest)
    paragraphs, breaks = _paragraphs(rest, table_lines)
    return Article(titles, tuple(_with_plan(paragraphs, titles)), tables, tuple(breaks))


def _titles(rows: list[tuple[int, str]]) -> tuple[tuple[Title, ...], list[tuple[int, str]]]:
    """Return the printings of the title, and the lines below."""
    rows = [(number, line) for number, line in rows if line.strip()]
    labelled = bool(rows) and _PART.match(rows[0][1]) is not None
    titles: list[Title] = []
    at = 0
    if labelled:
        number, line = rows[0]
        titles.append(Title(number, number, _plain(_PART.sub("", line))))
        at = 1
    head: list[tuple[int, str]] = []
    while at < len(rows) and len(head) < 4 and _is_title_line(rows[at][1], head):
        head.append(rows[at])
        at += 1
    if not head:
        return tuple(titles), rows[at:]
    wanted = titles[0].text if titles else ""
    used = 0
    while used < len(head):  # a title printed over two lines, or twice
        number, text = head[used][0], _plain(head[used][1])
        last, step = number, 1
        reference = wanted or text
        while (
            used + step < len(head)
            and _plain(head[used + step][1]) != reference
            and not _repeats(reference, text, bool(wanted))
        ):
            if _is_organ(_plain(head[used + step][1])):
                break
            text += _plain(head[used + step][1])
            last = head[used + step][0]
            step += 1
        titles.append(Title(number, last, text))
        wanted = wanted or text
        used += step
    return tuple(titles), rows[at:]


def _repeats(reference: str, text: str, known: bool) -> bool:
    return known and text == reference


def _is_organ(text: str) -> bool:
    return bool(re.fullmatch(r"（?.{0,30}(?:\d{4}年\d{1,2}月(?:\d{1,2}日)?|理事长|汇报人.*)）?", text))


def _is_title_line(line: str, head: list[tuple[int, str]]) -> bool:
    text = canonical(line).strip()
    if ENUMERATOR.match(text) and not text.startswith("#"):
        return False
    text = text.lstrip("# ")
    if head and len(text) <= 3 and len(_plain(head[-1][1])) > 8:
        return True
    if len(text) > _LONG or re.search(r"[。；：！？]", text) or "\t" in line or "|" in line:
        return False
    if not head:
        return True
    return bool(_TITLE_WORD.search(text) or _YEAR.match(text) or text.startswith("（") or _is_organ(text)) and not (
        _TITLE_WORD.search(_plain(head[-1][1])) and "，" in text
    )


def _plain(line: str) -> str:
    return re.sub(r"\s|^#+", "", canonical(line))


def _tables(rows: list[tuple[int, str]]) -> tuple[tuple[Table, ...], set[int]]:
    """Return the tables: lines after one another with cells set apart by tabs or bars."""
    tables: list[Table] = []
    group: list[tuple[int, tuple[str, ...]]] = []
    for number, line in [*rows, (0, "")]:
        cells = _cells(line)
        if cells and (not group or number == group[-1][0] + 1):
            group.append((number, cells))
            continue
        if len(group) > 1:
            tables.append(Table(tuple(row for row in group if not all(re.fullmatch(r":?-+:?", one) for one in row[1]))))
        group = [(number, cells)] if cells else []
    return tuple(tables), {number for table in tables for number, _ in table.rows}


def _cells(line: str) -> tuple[str, ...]:
    if "\t" in line.strip():
        return tuple(canonical(cell).strip() for cell in line.strip("\n").split("\t"))
    if line.strip().startswith("|") and line.count("|") > 2:
        return tuple(canonical(cell).strip() for cell in line.strip().strip("|").split("|"))
    return ()


def _paragraphs(rows: list[tuple[int, str]], in_table: set[int]) -> tuple[list[Paragraph], list[tuple[int, str]]]:
    found: list[Paragraph] = []
    breaks: list[tuple[int, str]] = []
    group: list[tuple[int, str]] = []
    for at, (number, line) in enumerate(rows):
        group.append((number, line))
        after = rows[at + 1] if at + 1 < len(rows) else None
        joined = number not in in_table and after and after[0] not in in_table and after[0] == number + 1
        if joined and after and _broken(line, after[1]):
            breaks.append((number, line.strip()))
            continue
        found.append(_paragraph(group, number in in_table))
        group = []
    return found, breaks


def _broken(line: str, following: str) -> bool:
    """Tell whether a line ends in the middle of a sentence that the next one goes on with."""
    text, after = canonical(line).strip(), canonical(following).strip()
    if not after or _ENDED.search(text) or ENUMERATOR.match(after) or re.match(r"[一二三四五六七八九十]是", after):
        return False
    if (len(after) < 20 and _SIGNED.search(after)) or _SWALLOWED.search(text):
        return False
    return (len(text) >= 25 and bool(_CUT_INSIDE.search(text))) or len(text) > _LONG


def _paragraph(group: list[tuple[int, str]], table: bool) -> Paragraph:
    pieces: list[str] = []
    starts: list[tuple[int, int]] = []
    length = 0
    for number, line in group:
        piece = re.sub(r"^\s*(?:>\s*)?|\s+$", "", line).replace("**", "")
        starts.append((length, number))
        pieces.append(piece)
        length += len(piece)
    marked = re.match(r"^\s*#{1,6}\s+", pieces[0])
    if marked:  # a heading of Markdown
        pieces[0] = pieces[0][marked.end() :]
        starts = [(max(0, place - marked.end()), number) for place, number in starts]
    printed = "".join(pieces)
    text = canonical(printed)
    return Paragraph(
        text, printed, tuple(starts), heading=not table and (marked is not None or _is_heading(text)), table=table
    )


def _is_heading(text: str) -> bool:
    if len(text) > _LONG or text.endswith(("。", "；", "，", "：")):
        return False
    found = ENUMERATOR.match(text)
    if found is None:
        return len(text) <= 30 and not re.search(r"[。；，：]", text)
    if "，" in text and _COUNTED.search(text):
        return False
    return "。" not in text and (len(text) <= 30 or found["han"] is not None or found["hash"] is not None)


def _with_plan(paragraphs: list[Paragraph], titles: tuple[Title, ...]) -> Iterator[Paragraph]:
    """Yield the paragraphs, those told as plans that stand below a heading of plans or begin with the year to come."""
    title = max((one.text for one in titles), key=len, default="")
    only_plan = bool(re.search(r"思路|计划|打算|要点|安排", title)) and not _PAST.search(title)
    years = [int(year[:4]) for year in _YEAR.findall(title)]
    coming = max(years) if len(set(years)) > 1 else (years[0] + 1 if years else 0)
    plan = only_plan
    for one in paragraphs:
        begins = _YEAR.match(one.text)
        if not only_plan and one.heading and _top(one.text):
            plan = bool(_PLAN.search(one.text)) and not re.search(r"完成|落实|情况|回顾", one.text)
        elif not only_plan and begins and int(one.text[:4]) == coming and coming:
            plan = True
        yield Paragraph(one.text, one.printed, one.starts, one.heading, plan, one.table)


def _top(text: str) -> bool:
    """Tell whether a heading is one of the highest level: 一、 or none numbered; the others stay in its part."""
    found = ENUMERATOR.match(text)
    return found is None or found["han"] is not None or found["part"] is not None or found["hash"] is not None

"""The bank's return file, read row by row and held against itself; `bank.py` holds it against the batch.

CSV (UTF-8 or GB18030) or xlsx with at least 批次号, 序号, 金额 and 结果 (成功 or 失败), and 失败原因 for a failure; 账号 may be
there, with asterisks for hidden digits. A total is held against the rows above it: all of them, or those paid.

"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import normalise
from zhucan.core.money import InvalidMoney, fen, from_fen, parse_yuan
from zhucan.registry.rosters.archive import UnusableRoster, survey

_LARGEST = 50 * 1024 * 1024


class ReturnRefused(ZhucanError):
    """The bank's return file does not fit its batch; nothing was changed."""


@dataclass(frozen=True)
class Answer:
    """A row of the file; `row` counts from 1 as spreadsheets do."""

    row: int
    batch: str
    number: str
    account: str
    amount_fen: int
    paid: bool
    reason: str


_HEADERS = {
    "批次号": "batch", "批号": "batch", "序号": "number", "明细序号": "number", "金额": "amount", "交易金额": "amount",
    "代发金额": "amount", "结果": "result", "处理结果": "result", "交易结果": "result", "状态": "result", "原因": "reason",
    "失败原因": "reason", "备注": "reason", "账号": "account", "收款账号": "account",
}  # fmt: skip
_TOTALS = frozenset({"合计", "总计", "共计", "总金额", "合计金额"})
_GOOD, _BAD = {"成功", "已到账", "交易成功"}, {"失败", "未成功", "退回", "交易失败"}


def _cells(path: Path) -> list[list[str]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise ReturnRefused(f"回盘文件 {path.name} 太大：应不超过 50 MB，请核对是不是银行的回盘文件。")
        data = path.read_bytes()
    except OSError as error:
        raise ReturnRefused(f"读不了回盘文件 {path.name}：请核对文件名和位置。") from error
    if data[:2] == b"PK":
        try:
            survey(path)  # refuses what would unpack into all memory
            sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        except UnusableRoster as error:
            raise ReturnRefused(f"回盘文件不能用：{error}") from error
        except CalamineError as error:
            raise ReturnRefused(f"回盘文件 {path.name} 不是可读的 xlsx：请向银行重新索取。") from error
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return [[normalise(cell) for cell in row] for row in csv.reader(io.StringIO(data.decode(encoding)))]
        except UnicodeDecodeError:
            continue
        except csv.Error:
            break
    raise ReturnRefused(f"回盘文件 {path.name} 不是 CSV 或 xlsx：请向银行索取这两种格式之一。")


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        if cell >= 10**15:  # an account number typed as a number: its last digits are lost
            return f"{cell:E}"
        # a spreadsheet has only floating numbers: back to what was typed, to the fen
        return str(int(cell)) if cell.is_integer() else str(Decimal(repr(cell)))
    return normalise(str(cell))


def _places(row: Sequence[str]) -> dict[str, int]:
    """Return where a header has each field; of two headers for one field (失败原因 and 备注) the plainer one counts."""
    ranks = list(_HEADERS)
    found = sorted((ranks.index(cell), place) for place, cell in enumerate(row) if cell in _HEADERS)
    places: dict[str, int] = {}
    for rank, place in found:
        places.setdefault(_HEADERS[ranks[rank]], place)
    return places


def same_account(said: str, account: str) -> bool:
    """Return whether what is said may mean an account: asterisks stand for digits it hides, other text says nothing."""
    said = said.replace(" ", "").replace("-", "")
    if not re.fullmatch(r"[0-9*]+", said):
        return True
    return re.fullmatch(re.sub(r"\*+", "[0-9]+", said), account) is not None


def read(path: Path) -> list[Answer]:
    """Return what the file says of each payment. Raises `ReturnRefused`."""
    rows = _cells(path)
    headers = [_places(row) for row in rows[:20]]
    start = next(
        (at for at, found in enumerate(headers) if {"batch", "number", "amount", "result"} <= found.keys()), None
    )
    if start is None:
        raise ReturnRefused(f"回盘文件 {path.name} 没有表头：需要“批次号、序号、金额、结果、失败原因”各列。")
    places = headers[start]
    answers: list[Answer] = []
    for line, row in enumerate(rows[start + 1 :], start=start + 2):
        if not any(row):
            continue

        def cell(name: str, row: list[str] = row) -> str:
            place = places.get(name)
            return row[place] if place is not None and place < len(row) else ""

        summing = any(text in _TOTALS for text in row)
        if summing and not cell("amount"):
            continue
        try:
            amount = fen(parse_yuan(cell("amount")))
        except InvalidMoney as error:
            raise ReturnRefused(f"回盘文件第 {line} 行金额“{cell('amount')}”不对：{error}") from error
        if summing:
            found = sum(answer.amount_fen for answer in answers)
            paid = sum(answer.amount_fen for answer in answers if answer.paid)
            if amount not in (found, paid):
                raise ReturnRefused(
                    f"回盘文件第 {line} 行合计 {from_fen(amount)} 与明细不符（全部 {from_fen(found)}，"
                    f"成功 {from_fen(paid)}）：请向银行核对。"
                )
            continue
        result = cell("result")
        if result not in _GOOD | _BAD:
            raise ReturnRefused(f"回盘文件第 {line} 行结果“{result}”看不懂：应为“成功”或“失败”。")
        answers.append(
            Answer(line, cell("batch"), cell("number"), cell("account"), amount, result in _GOOD, cell("reason"))
        )
    return answers

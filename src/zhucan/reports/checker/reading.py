"""Reading what a clerk drops in: .docx, .txt or .md, as lines; anything else is refused with one sentence."""

import io
import zipfile
from pathlib import Path
from typing import Any

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from zhucan.core.errors import ZhucanError

LARGEST = 20 << 20  # bytes
_UNPACKED = 200 << 20  # bytes: what a Word file may grow to
_MOST_PARTS = 5000
LONGEST = 500_000  # characters of text, some four hundred pages
SUFFIXES = (".docx", ".txt", ".md")


class Unreadable(ZhucanError):
    """The file holds no report that can be read."""


def read(name: str, data: bytes) -> list[str]:
    """Return the lines of a report; a row of a table is one line, its cells set apart by tabs. Raises `Unreadable`."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise Unreadable(
            f"“{Path(name).name}”不是能检查的文件：请用 {'、'.join(SUFFIXES)}（旧的 .doc 请另存为 .docx）。"
        )
    if not data.strip():
        raise Unreadable(f"“{Path(name).name}”是空的：请核对是不是拿错了文件。")
    if len(data) > LARGEST:
        raise Unreadable(f"“{Path(name).name}”超过 {LARGEST >> 20} MB：请去掉图片，或分成几个文件再检查。")
    lines = _word(name, data) if suffix == ".docx" else _plain(name, data)
    return whole(lines, Path(name).name)


def whole(lines: list[str], name: str) -> list[str]:
    """Return the lines where they hold text to check. Raises `Unreadable`."""
    size = sum(map(len, lines))
    if not any(line.strip() for line in lines):
        raise Unreadable(f"“{name}”里没有文字：如果是扫描件，请先转成文字再检查。")
    if size > LONGEST:
        raise Unreadable(f"“{name}”有 {size} 个字，超过 {LONGEST // 10000} 万字：请分成几个文件再检查。")
    return lines


def read_file(path: Path) -> list[str]:
    """Return the lines of a file. Raises `Unreadable`."""
    try:
        if path.is_dir():
            raise Unreadable(f"“{path}”是文件夹：请写其中的一个文件。")
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"“{path.name}”超过 {LARGEST >> 20} MB：请去掉图片，或分成几个文件再检查。")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise Unreadable(f"没有文件“{path}”：请核对文件名和位置。") from error
    except OSError as error:
        raise Unreadable(f"读不了“{path}”：请检查是否有权限、文件是否正被占用。") from error
    return read(path.name, data)


def _plain(name: str, data: bytes) -> list[str]:
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(f"“{Path(name).name}”不是文字文件：请核对是不是改过扩展名。")
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        except UnicodeDecodeError:
            continue
    raise Unreadable(f"“{Path(name).name}”的文字编码认不出：请用记事本打开，另存为 UTF-8 再检查。")


def checked_word(name: str, data: bytes) -> Any:
    """Return a Word document after looking at what it would unpack to. Raises `Unreadable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _UNPACKED:
                raise Unreadable(f"“{Path(name).name}”展开后大得不像报告，没有打开：请重新另存一份。")
        return Document(io.BytesIO(data))
    except Unreadable:
        raise
    except Exception as error:  # a damaged package fails in as many ways as it has parts
        raise Unreadable(f"“{Path(name).name}”打不开：文件坏了或不是 .docx，请用 Word 或 WPS 另存为 .docx。") from error


def word_blocks(document: Any) -> list[Paragraph | list[Any]]:
    """Return the paragraphs and rows of tables (as the cells told apart) in reading order."""
    blocks: list[Paragraph | list[Any]] = []
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            blocks += [list(dict.fromkeys(row.cells)) for row in item.rows]
        else:
            blocks.append(item)
    return blocks


def _word(name: str, data: bytes) -> list[str]:
    document = checked_word(name, data)
    try:
        return [_line(block) for block in word_blocks(document)]
    except (KeyError, ValueError, AttributeError, IndexError) as error:
        raise Unreadable(f"“{Path(name).name}”打不开：文件坏了，请用 Word 或 WPS 另存为 .docx。") from error


def _line(block: Paragraph | list[Any]) -> str:
    if isinstance(block, Paragraph):
        return " ".join(block.text.splitlines())
    return "\t".join(" ".join(cell.text.split()) for cell in block)

"""A report as a Word file in the layout of GB/T 9704-2012: A4, 22 lines of 28 characters, the fonts that it names."""

import io
from collections.abc import Mapping
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

_FANGSONG, _TITLE, _HEI, _SONG = "仿宋_GB2312", "方正小标宋简体", "黑体", "宋体"
_LINE = 28.95  # 22 lines fill the 225 mm of the type area
_MEASURE = 156  # mm, the width of the type area


def document(content: Mapping[str, Any]) -> bytes:
    """Return the .docx of a report's content."""
    doc = Document()
    _page(doc)
    _paragraph(doc, content["title"], font=_TITLE, size=22, line=33, align=WD_ALIGN_PARAGRAPH.CENTER, style="Title")
    _paragraph(doc, "")
    for section in content["sections"]:
        _paragraph(doc, section["heading"], font=_HEI, indent=True, style="Heading 1", keep=True)
        for text in section["text"].splitlines():
            _paragraph(doc, text, indent=True, align=WD_ALIGN_PARAGRAPH.JUSTIFY)
        for table in section.get("tables", ()):
            _table(doc, table)
    _paragraph(doc, "")
    _paragraph(doc, "")
    _signed(doc, content["organ"])
    _signed(doc, content["date"])
    doc.core_properties.title = content["title"]
    doc.core_properties.author = content["organ"]
    doc.core_properties.language = "zh-CN"
    out = io.BytesIO()
    doc.save(out)
    return out.getvalue()


def _page(doc: Any) -> None:
    page = doc.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    page.footer_distance = Mm(23)
    doc.settings.odd_and_even_pages_header_footer = True
    _page_number(page.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(page.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)
    _font(doc.styles["Normal"], _FANGSONG, 16)


def _page_number(footer: Any, align: WD_ALIGN_PARAGRAPH) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = align
    side = "left_indent" if align == WD_ALIGN_PARAGRAPH.LEFT else "right_indent"
    setattr(paragraph.paragraph_format, side, Pt(14))
    for kind, text in (("text", "— "), ("begin", ""), ("instr", "PAGE"), ("end", ""), ("text", " —")):
        run = paragraph.add_run(text if kind == "text" else "")
        _font(run, _SONG, 14)
        if kind in ("begin", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif kind == "instr":
            code = OxmlElement("w:instrText")
            code.text = text
            run._r.append(code)


def _font(holder: Any, name: str, size: float) -> None:
    """Set the font for Chinese and for everything else: Word keeps the two apart."""
    holder.font.name = name
    holder.font.size = Pt(size)
    fonts = holder.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), name)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)


def _paragraph(
    holder: Any,
    text: str,
    *,
    font: str = _FANGSONG,
    size: float = 16,
    line: float = _LINE,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
    indent: bool = False,
    style: str = "Normal",
    keep: bool = False,
) -> Any:
    paragraph = holder.add_paragraph(style=style)
    run = paragraph.add_run(text)
    _font(run, font, size)
    run.font.bold = False
    run.font.color.rgb = RGBColor(0, 0, 0)
    form = paragraph.paragraph_format
    form.alignment = align
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    form.space_before = form.space_after = Pt(0)
    form.keep_with_next = keep
    properties = paragraph._p.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)
    if style == "Title":
        none = OxmlElement("w:pBdr")  # Word's own Title style draws a line below
        bottom = OxmlElement("w:bottom")
        bottom.set(qn("w:val"), "nil")
        none.append(bottom)
        properties.insert_element_before(none, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc")
    if indent:
        form.first_line_indent = Pt(2 * size)
        properties.find(qn("w:ind")).set(qn("w:firstLineChars"), "200")
    return paragraph


def _signed(doc: Any, text: str) -> None:
    paragraph = _paragraph(doc, text, align=WD_ALIGN_PARAGRAPH.RIGHT)
    paragraph.paragraph_format.right_indent = Pt(64)


def _table(doc: Any, table: Mapping[str, Any]) -> None:
    _paragraph(doc, table["caption"], font=_HEI, size=14, align=WD_ALIGN_PARAGRAPH.CENTER, keep=True)
    drawn = doc.add_table(rows=1, cols=len(table["header"]))
    drawn.style = "Table Grid"
    drawn.alignment = WD_TABLE_ALIGNMENT.CENTER
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), table["caption"])
    drawn._tbl.tblPr.append(caption)
    _row(drawn.rows[0], table["header"], font=_HEI, head=True)
    for cells in table["rows"]:
        _row(drawn.add_row(), cells, font=_FANGSONG, head=False)
    longest = max(len(cells[0]) for cells in (table["header"], *table["rows"]))
    first = min(Pt(10.5 * longest + 14), Mm(60))  # a name of a place stands on one line
    rest = (Mm(_MEASURE) - first) // max(len(table["header"]) - 1, 1)
    for number, column in enumerate(drawn.columns):
        for cell in column.cells:
            cell.width = first if number == 0 else rest


def _row(row: Any, cells: list[str], *, font: str, head: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
    for number, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if number and not head else WD_ALIGN_PARAGRAPH.CENTER
        _font(paragraph.add_run(text), font, 10.5)

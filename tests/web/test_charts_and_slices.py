"""Charts say in words what they draw; lists turn pages without counting; colours keep their contrast."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from zhucan import web
from zhucan.web.charts import Bar, Chart, map_size, tile_map
from zhucan.web.slices import slice_of

CSS = (Path(web.__file__).parent / "static/web/app.css").read_text()


def _chart(*values: int) -> Chart:
    return Chart("c", "每月", [Bar(f"{place}月", value, f"{value} 元") for place, value in enumerate(values, 1)])


def test_the_longest_bar_fills_its_line_and_the_others_keep_proportion():
    assert [share for _, share in _chart(50, 100, 0).shares] == ["50.0", "100.0", "0.0"]


def test_a_chart_of_nothing_but_zeros_is_drawn_without_dividing_by_zero():
    assert [column.height for column in _chart(0, 0).drawn] == ["0.00%", "0.00%"]


def test_a_picture_is_named_described_and_has_its_table():
    drawn = render_to_string("web/columns.html", {"chart": _chart(1, 2)})
    assert 'role="img"' in drawn
    assert "1月1 元；2月2 元。" in drawn
    assert "<table>" in drawn
    assert "style=" not in drawn


def test_tiles_do_not_overlap_and_lie_in_the_picture():
    places = [(f"乡{number}", number, f"{number} 人", "") for number in range(13)]
    tiles = tile_map(places, across=5)
    wide, high = map_size(13, across=5)
    assert len({(tile.x, tile.y) for tile in tiles}) == 13
    for tile in tiles:
        for point in tile.points.split():
            x, y = map(int, point.split(","))
            assert 0 <= x <= wide
            assert 0 <= y <= high


def test_a_place_without_a_figure_is_drawn_as_not_known():
    shades = [tile.shade for tile in tile_map([("甲", None, "不知道", ""), ("乙", 4, "", ""), ("丙", 9, "", "")])]
    assert shades == ["n", "0", "3"]


@pytest.mark.parametrize("asked", ["0", "-1", "x", "99999999999", "²", ""])
def test_an_odd_page_number_gives_a_page_and_no_error(asked: str):
    found = slice_of(list(range(120)), RequestFactory().get("/", {"page": asked}))
    assert found.number >= 1


def test_pages_follow_each_other_and_keep_what_was_asked():
    first = slice_of(list(range(120)), RequestFactory().get("/", {"q": "王", "page": "1"}))
    assert (list(first), first.before) == (list(range(50)), "")
    assert first.after == "?q=%E7%8E%8B&page=2"
    last = slice_of(list(range(120)), RequestFactory().get("/", {"page": "3"}))
    assert (list(last), last.after) == (list(range(100, 120)), "")


def _light(colour: str) -> Decimal:
    digits = colour.lstrip("#")
    digits = "".join(char * 2 for char in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return Decimal(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


def _contrast(one: str, other: str) -> Decimal:
    light, dark = sorted((_light(one), _light(other)), reverse=True)
    return (light + Decimal("0.05")) / (dark + Decimal("0.05"))


def _tokens(start: str) -> dict[str, str]:
    block = CSS[CSS.index(start) :]
    block = block[block.index("{") + 1 : block.index("}")]
    return dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]{3,6})", block))


@pytest.mark.parametrize(
    ("theme", "least"),
    [(":root{", Decimal("4.5")), (':root[data-theme="dark"]', Decimal("4.5")), (":root[data-care]", Decimal(7))],
)
def test_words_keep_their_contrast_on_every_ground(theme: str, least: Decimal):
    colours = _tokens(":root{") | _tokens(theme)
    for words, ground in (
        ("ink", "bg"), ("ink", "card"), ("ink-2", "bg"), ("ink-2", "card"), ("link", "bg"), ("link", "card"),
        ("ok", "card"), ("warn", "card"), ("err", "card"), ("info", "card"), ("on-brand", "brand"),
        ("ok", "ok-soft"), ("warn", "warn-soft"), ("err", "err-soft"), ("info", "info-soft"), ("ink", "brand-soft"),
    ):  # fmt: skip
        assert _contrast(colours[words], colours[ground]) >= least, (theme, words, ground)


def test_the_figures_in_tiles_can_be_read():
    for shade, colour in (("t0", "#17252b"), ("t1", "#17252b"), ("t2", "#17252b"), ("t3", "#fff")):
        fill = re.search(rf"\.{shade}\{{fill:(#[0-9a-f]+)", CSS)
        assert fill
        assert _contrast(fill[1], colour) >= Decimal("4.5"), shade

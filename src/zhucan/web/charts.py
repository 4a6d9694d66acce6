"""Charts drawn on the server as SVG; each is an image with a name, and stands beside the table it is drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_TOP, _FLOOR = 12, 84  # per cent of the height between which the columns stand


@dataclass(frozen=True)
class Bar:
    """One value of a chart: `value` is drawn, `said` is read."""

    label: str
    value: Decimal | int
    said: str
    link: str = ""
    short: str = ""  # over a column, where there is little room

    @property
    def over(self) -> str:
        """What stands over the column."""
        return self.short or self.said


@dataclass(frozen=True)
class Drawn:
    """Where a column stands, in per cent of the picture."""

    bar: Bar
    x: str
    middle: str
    width: str
    y: str
    height: str
    above: str


@dataclass(frozen=True)
class Chart:
    """A named set of values, shown as columns (`columns.html`) or as bars in a table (`bars.html`)."""

    id: str
    title: str
    bars: Sequence[Bar]
    column: str = "数量"
    row: str = "项目"

    @property
    def most(self) -> Decimal:
        """The largest value, at least 1."""
        return max((Decimal(bar.value) for bar in self.bars), default=Decimal(1)) or Decimal(1)

    @property
    def described(self) -> str:
        """All values in one sentence, for those who hear the picture."""
        return "；".join(f"{bar.label}{bar.said}" for bar in self.bars) + "。"

    @property
    def shares(self) -> list[tuple[Bar, str]]:
        """Each value with its length in per cent of the longest."""
        return [(bar, f"{max(Decimal(bar.value), Decimal(0)) * 100 / self.most:.1f}") for bar in self.bars]

    @property
    def drawn(self) -> list[Drawn]:
        """Each value as a column."""
        step = Decimal(100) / max(len(self.bars), 1)
        found = []
        for place, bar in enumerate(self.bars):
            height = max(Decimal(bar.value), Decimal(0)) / self.most * (_FLOOR - _TOP)
            left = place * step + step / 5
            found.append(
                Drawn(
                    bar,
                    f"{left:.2f}%",
                    f"{left + step * 3 / 10:.2f}%",
                    f"{step * 3 / 5:.2f}%",
                    f"{_FLOOR - height:.2f}%",
                    f"{height:.2f}%",
                    f"{_FLOOR - height - 2:.2f}%",
                )
            )
        return found


@dataclass(frozen=True)
class Tile:
    """One place of a tile map."""

    name: str
    x: int
    y: int
    points: str
    shade: str
    said: str
    link: str


_WIDE, _HIGH, _ROW, _LEFT = 104, 120, 90, 52


def tile_map(places: Sequence[tuple[str, Decimal | int | None, str, str]], *, across: int = 5) -> list[Tile]:
    """Return hexagons in rows of `across`, the fuller the darker; (name, value, said, link), None is not known."""
    known = [Decimal(value) for _, value, _, _ in places if value is not None]
    least, most = min(known, default=Decimal(0)), max(known, default=Decimal(0))
    span = (most - least) or Decimal(1)
    tiles = []
    for place, (name, value, said, link) in enumerate(places):
        row, column = divmod(place, across)
        x = _LEFT + column * _WIDE + (_LEFT if row % 2 else 0)
        y = 60 + row * _ROW
        corners = ((0, -56), (48, -28), (48, 28), (0, 56), (-48, 28), (-48, -28))
        shade = "n" if value is None else str(min(3, int((Decimal(value) - least) * 4 / span)))
        points = " ".join(f"{x + dx},{y + dy}" for dx, dy in corners)
        tiles.append(Tile(name, x, y, points, shade, said, link))
    return tiles


def map_size(count: int, *, across: int = 5) -> tuple[int, int]:
    """Return width and height of the picture for so many places."""
    rows = -(-count // across)
    return min(count, across) * _WIDE + _LEFT + 4, rows * _ROW + _HIGH - _ROW + 4

"""One page of a long list, found without counting the whole list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest

_T = TypeVar("_T")
SIZE = 50
_FURTHEST = 2000  # nobody turns so many pages; the address may say anything


@dataclass(frozen=True)
class Slice(Generic[_T]):
    """The rows of one page, and where the neighbours are ("" where there is none)."""

    rows: Sequence[_T]
    number: int
    before: str
    after: str

    def __iter__(self) -> Iterator[_T]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def previous(self) -> int:
        """The number of the page before."""
        return self.number - 1

    @property
    def next(self) -> int:
        """The number of the page after."""
        return self.number + 1

    @property
    def first(self) -> int:
        """The position of the first row in the whole list, from 1."""
        return (self.number - 1) * SIZE + 1


class Sliceable(Protocol):
    """What rows can be cut from: a query, a list, or anything that reads only what it is asked for."""

    def __getitem__(self, part: slice, /) -> Any:
        """Return the rows from `part.start` up to `part.stop`."""


def slice_of(
    found: "QuerySet[Any] | Sequence[_T] | Sliceable", request: HttpRequest, *, size: int = SIZE
) -> Slice[Any]:
    """Return the page of a list that the address asks for by `page`; one row more is read to know whether it goes on."""
    asked = request.POST.get("page") or request.GET.get("page", "1")
    number = min(max(int(asked), 1), _FURTHEST) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    start = (number - 1) * size
    rows = list(found[start : start + size + 1])

    def page(wanted: int) -> str:
        kept = [(key, value) for key, values in request.GET.lists() for value in values if key != "page"]
        return "?" + urlencode([*kept, ("page", wanted)])

    return Slice(
        rows[:size],
        number,
        page(number - 1) if number > 1 else "",
        page(number + 1) if len(rows) > size else "",
    )

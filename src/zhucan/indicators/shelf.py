"""Opened figures, kept for some minutes: turning a page or opening a part costs no second look at the database.

What stands on the shelf is as known when it was put there, and the reader is told when that was.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from zhucan.indicators.catalog import indicator
from zhucan.indicators.engine import Figures
from zhucan.indicators.periods import Period

_KEPT = 600  # seconds
_MOST = 3  # a county of 100 000 takes some hundred megabytes
_Key = tuple[str, Period]


class _Opened:
    def __init__(self, figures: Figures, known_at: datetime) -> None:
        self.figures, self.known_at = figures, known_at
        self.lock, self.put = Lock(), time.monotonic()


_shelf: dict[_Key, _Opened] = {}
_door = Lock()


@contextmanager
def opened(
    indicator_id: str, division: str, period: Period, *, at: datetime, fresh: bool = False
) -> Iterator[tuple[Figures, datetime]]:
    """Give the figures of a place and period with the moment they are known at; `fresh` opens them anew.

    Raises `UnknownIndicator`, `UnknownDivision` and `FutureFigure`.
    """
    indicator(indicator_id)
    key = (division, period)
    with _door:
        _clear(key if fresh else None)
        found = _shelf.get(key)
    if found is None:
        found = _Opened(Figures(division, period, known_at=at), at)
        with _door:
            _shelf[key] = found
            _clear(None)
    with found.lock:  # a connection answers one thread at a time
        yield found.figures, found.known_at


def clear() -> None:
    """Take everything from the shelf, as when the database is another."""
    with _door:
        _shelf.clear()


def _clear(key: _Key | None) -> None:
    """Take the old ones from the shelf, and one that is to be fresh; whoever still reads one holds on to it."""
    now = time.monotonic()
    for old in [one for one, kept in _shelf.items() if one == key or now - kept.put > _KEPT]:
        del _shelf[old]
    for old in list(_shelf)[: max(len(_shelf) - _MOST, 0)]:
        del _shelf[old]

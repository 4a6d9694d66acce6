"""Papers for the invented applications: a sheet with lines, and a doorway before and after its ramp, drawn as PNG."""

import struct
import zlib
from collections.abc import Callable

_WIDE, _HIGH = 240, 160
_WALL, _GROUND, _LINE = 0xF4, 0x8A, 0x50


def _png(grey: Callable[[int, int], int]) -> bytes:
    """Return a small grey picture of what `grey` says of each place."""
    rows = b"".join(b"\0" + bytes(grey(x, y) for x in range(_WIDE)) for y in range(_HIGH))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", _WIDE, _HIGH, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _doorway(ground: Callable[[int], int]) -> bytes:
    """Return a door at the right and the ground that leads up to it."""

    def grey(x: int, y: int) -> int:
        if _HIGH - y <= ground(x):
            return _GROUND
        return _LINE if 190 <= x < 225 and _HIGH - y <= ground(x) + 75 else _WALL

    return _png(grey)


_SHEET = _png(lambda x, y: _LINE if y % 20 == 10 and 20 <= x < 220 else _WALL)
_STEPS = _doorway(lambda x: 20 + 20 * min(max(x - 70, 0) // 30, 3))
_RAMP = _doorway(lambda x: 20 + min(max(x - 20, 0) * 60 // 150, 60))


def paper(code: str) -> bytes:
    """Return the file of a paper by its code."""
    return {"photo_before": _STEPS, "photo_after": _RAMP}.get(code, _SHEET)

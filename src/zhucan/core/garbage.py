"""Garbage collection, put off where it would cost much and find little."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Put collection off: with millions of live objects each pass is slow.

    Within it, `gc.collect(1)` looks through what is new since the last time and leaves the rest alone.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()

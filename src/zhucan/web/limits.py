"""How often one reader may ask: counted where every process that answers counts too.

On PostgreSQL that is a table, written by one statement a request. A place on SQLite is served by one process with
threads (`zhucan serve`), and there the memory of the process is the whole truth and costs no turn to write.
"""

from time import monotonic

from django.core.cache import cache
from django.db import connection

from zhucan.orgs.secrecy import blind_index

MINUTE = 60
_COUNT = """
    INSERT INTO web_asked (who, until, times)
    VALUES (%s, clock_timestamp() + make_interval(secs => %s), 1)
    ON CONFLICT (who) DO UPDATE SET
        times = CASE WHEN web_asked.until > clock_timestamp() THEN web_asked.times + 1 ELSE 1 END,
        until = CASE WHEN web_asked.until > clock_timestamp() THEN web_asked.until ELSE EXCLUDED.until END
    RETURNING times
"""
_FORGET = "DELETE FROM web_asked WHERE until < clock_timestamp() - INTERVAL '1 hour'"


def too_often(who: str, most: int, seconds: int = MINUTE) -> bool:
    """Count one more time for `who` and tell whether that is more than `most` in these `seconds`."""
    return (_together(who, seconds) if connection.vendor == "postgresql" else _here(who, seconds)) > most


def _together(who: str, seconds: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [blind_index(who, "asked"), seconds])
        times = int(cursor.fetchone()[0])
        if times == 1:  # somebody begins a span: a good moment, and a seldom one, to forget the old
            cursor.execute(_FORGET)
    return times


def _here(who: str, seconds: int) -> int:
    key = f"asked:{who}:{int(monotonic()) // seconds}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key)
    except ValueError:  # dropped from the cache between the two calls
        return 0

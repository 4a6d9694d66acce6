"""Why somebody comes to receive something in a period, or no longer does: SQL over what was booked."""

WHY_GAINED = """CASE
    WHEN EXISTS (SELECT 1 FROM earned e WHERE e.person_id = r.person_id AND e.scheme = r.scheme
        AND e.benefit_month = {first} - 1 GROUP BY e.person_id HAVING sum(e.amount_fen) > 0) THEN 'moved_in'
    WHEN EXISTS (SELECT 1 FROM paid e WHERE e.person_id = r.person_id AND e.scheme = r.scheme AND e.amount_fen > 0
        AND e.benefit_month < {first}) THEN 'resumed'
    ELSE 'new' END"""
"""Somebody who received it in another place the month before has moved."""
WHY_LOST = """CASE
    WHEN EXISTS (SELECT 1 FROM earned e WHERE e.person_id = r.person_id AND e.scheme = r.scheme
        AND e.benefit_month = {last} GROUP BY e.person_id HAVING sum(e.amount_fen) > 0) THEN 'moved'
    ELSE coalesce((SELECT arg_max(e.cause, e.line_id) FROM earned e WHERE e.person_id = r.person_id AND e.scheme = r.scheme
        AND e.benefit_month BETWEEN {first} AND {last} AND e.kind IN ('stop', 'recovery', 'doubt')), 'unknown_fact') END"""
"""The last line that stopped, took back or put in doubt one of the months says why."""

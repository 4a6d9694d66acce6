"""Repair of unsafe houses, and homes adapted to a disability."""

"""The interface for partner systems."""

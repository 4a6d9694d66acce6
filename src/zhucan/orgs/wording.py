"""What may stand in a name."""

from unicodedata import category


def plain(text: str) -> bool:
    """Tell whether a text has no control or invisible character, no angle bracket, and begins like no formula."""
    return not (text.startswith(("=", "+", "-", "@")) or any(c in "<>" or category(c)[0] == "C" for c in text))

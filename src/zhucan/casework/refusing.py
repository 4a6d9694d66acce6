"""How this package refuses."""

from zhucan.core.errors import ZhucanError
from zhucan.registry.entering import Guard


class CaseworkRefused(ZhucanError):
    """It cannot be entered like this; nothing was changed."""


guard = Guard(CaseworkRefused)

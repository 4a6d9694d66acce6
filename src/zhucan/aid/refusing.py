"""How this package refuses."""

from zhucan.core.errors import ZhucanError
from zhucan.registry.entering import Guard


class AidRefused(ZhucanError):
    """It cannot be entered like this; nothing was changed."""


guard = Guard(AidRefused, after_death="请核对日期，或换家里的其他人登记。")

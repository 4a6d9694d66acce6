"""The one base class of everything a user may read as an error."""


class ZhucanError(Exception):
    """A refusal the user reads: one Chinese sentence saying what is wrong, where, and what to do next.

    Pages and commands catch this class and show `str(error)`; any other exception is a bug.

    >>> str(ZhucanError("没有找到区划 330499；请先导入区划表。"))
    '没有找到区划 330499；请先导入区划表。'
    """

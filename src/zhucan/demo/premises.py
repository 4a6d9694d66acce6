"""Where a demo may be built: an empty database, or one that the demo itself made."""

from pathlib import Path

from django.db import DatabaseError, connection

from zhucan.demo.building import MADE, Wanted
from zhucan.demo.paying import DemoFailed
from zhucan.orgs.models import AuditEntry, User
from zhucan.registry.models import Person


def checked(wanted: Wanted) -> Wanted:
    """Return what is wanted if it can be built. Raises `DemoFailed`."""
    if not 100 <= wanted.people <= 200_000:
        raise DemoFailed(f"人数 {wanted.people} 不行：请写 100 到 200000 之间的数。")
    if not 1 <= wanted.months <= 24:
        raise DemoFailed(f"月数 {wanted.months} 不行：请写 1 到 24 之间的数。")
    return wanted


def require_empty() -> None:
    """Raise `DemoFailed` when the database already holds people or users."""
    if Person.objects.exists() or User.objects.exists():
        again = "它是以前生成的示例，要重新生成请加 --fresh。" if _is_demo() else "请换一个 ZHUCAN_HOME 再生成示例。"
        raise DemoFailed(f"数据库里已经有人员或用户，示例县只建在空的数据库里，没有改动任何内容：{again}")


def clear() -> None:
    """Delete the SQLite database that the demo made; an empty or missing one is left alone. Raises `DemoFailed`."""
    if connection.vendor != "sqlite":
        raise DemoFailed("--fresh 只能删除 SQLite 的示例数据库：PostgreSQL 请换一个空的数据库。")
    path = Path(str(connection.settings_dict["NAME"]))
    if not path.exists():
        return
    if not _is_demo():
        if _holds_people():
            raise DemoFailed(f"{path} 不是本命令生成的示例数据库，没有删除：请换一个 ZHUCAN_HOME 再生成示例。")
        return
    connection.close()
    for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        each.unlink(missing_ok=True)


def _is_demo() -> bool:
    try:
        return AuditEntry.objects.filter(action=MADE).exists()
    except DatabaseError:
        return False  # no tables yet


def _holds_people() -> bool:
    try:
        return Person.objects.exists() or User.objects.exists()
    except DatabaseError:
        return False

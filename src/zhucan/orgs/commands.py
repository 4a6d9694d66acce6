"""The base of every command: one Chinese sentence and exit code 1 instead of a traceback for what users can mend."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from zhucan.core.errors import ZhucanError
from zhucan.orgs.models import User

CLERK, APPROVER = "cli-clerk", "cli-approver"


def command_user(username: str) -> User:
    """Return the account that a command acts as: an existing one, or the built-in clerk or approver (cannot sign in)."""
    names = {CLERK: "命令行经办", APPROVER: "命令行审批"}
    if username in names:
        user, created = User.objects.get_or_create(username=username, defaults={"full_name": names[username]})
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return user
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist as error:
        raise CommandError(f"没有用户 {username}：请先建立用户，或不写 --by 用内置账号。") from error


class Command(BaseCommand):
    """Implement `run`; raise `ZhucanError` for what the user can mend."""

    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and turn known errors into one sentence."""
        try:
            self.run(**options)
        except ZhucanError as error:
            raise CommandError(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            if "no such table" in str(error) or "does not exist" in str(error):
                raise CommandError("数据库还没有建立：请先运行 zhucan init。") from error
            raise

    def run(self, **options: Any) -> None:
        """Do the work of the command."""
        raise TypeError(f"{type(self).__module__} does not define run()")

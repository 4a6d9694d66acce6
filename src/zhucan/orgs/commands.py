"""The base of every command: one Chinese sentence and a failing exit code for what users can mend, never a traceback."""

import re
from argparse import SUPPRESS, ArgumentTypeError
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.db import OperationalError, ProgrammingError

from zhucan.core.errors import ZhucanError
from zhucan.orgs.models import User

CLERK, APPROVER = "cli-clerk", "cli-approver"
_SAID: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"the following arguments are required: (.+)", lambda said: f"还缺少 {said[1]}"),
    (r"one of the arguments (.+) is required", lambda said: f"要写其中一个：{said[1]}"),
    (r"unrecognized arguments: (.+)", lambda said: f"多出了 {said[1]}"),
    (r"ambiguous option: (\S+) could match (.+)", lambda said: f"{said[1]} 可能是 {said[2]}，请写全"),
    (r"argument (.+?): (.+)", lambda said: f"{said[1]}：{_in_chinese(said[2])}"),
    (r"invalid choice: (.+) \(choose from (.+)\)", lambda said: f"没有 {said[1]}，可以写 {said[2]}"),
    (r"invalid int value: (.+)", lambda said: f"{said[1]} 不是整数"),
    (r"expected one argument", lambda said: "后面要写一个值"),
    (r"expected at least one argument", lambda said: "后面至少要写一个值"),
    (r"not allowed with argument (.+)", lambda said: f"不能与 {said[1]} 同时写"),
)


def day(text: str) -> date:
    """Return the day an argument names; to be given as its `type`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"日期 {text} 不对：请写成 2025-01-02 的形式。") from error


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


def new_file(path: Path) -> Path:
    """Return a path to write to. Raises `CommandError` where something stands already, or where there is no folder."""
    if path.exists():
        raise CommandError(f"{path} 已经存在，没有覆盖：请换一个文件名，或先移走它。")
    if not path.parent.is_dir():
        raise CommandError(f"没有文件夹 {path.parent}：请先建立它，或换一个位置。")
    return path


def _in_chinese(message: str) -> str:
    for pattern, sentence in _SAID:
        if said := re.fullmatch(pattern, message, re.DOTALL):
            return sentence(said)
    return message


class _Help(DjangoHelpFormatter):
    """Help whose first word is Chinese too."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(CommandParser):
    """A parser that speaks Chinese."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _Help, **options, "add_help": False})
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", default=SUPPRESS, help="显示这份说明")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments and end with exit code 1."""
        sentence = f"{_in_chinese(message).rstrip('。')}；用法见 {self.prog} --help。"
        if not self.called_from_command_line:
            raise CommandError(sentence)
        self.exit(1, f"{sentence}\n")


class Command(BaseCommand):
    """Implement `run`; raise `ZhucanError` for what the user can mend."""

    requires_migrations_checks = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, with Django's own switches there but left out of the help."""
        parser = Parser(
            prog=f"{Path(prog_name).name} {subcommand}",
            description=self.help,
            called_from_command_line=getattr(self, "_called_from_command_line", None),
            **kwargs,
        )
        parser.add_argument("--version", action="version", version=self.get_version(), help=SUPPRESS)
        parser.add_argument("-v", "--verbosity", default=1, type=int, choices=range(4), help=SUPPRESS)
        for name in ("--settings", "--pythonpath"):
            parser.add_argument(name, help=SUPPRESS)
        for name in ("--traceback", "--no-color", "--force-color", "--skip-checks"):
            parser.add_argument(name, action="store_true", help=SUPPRESS)
        self.add_arguments(parser)
        return parser

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

"""The `zhucan` command: the project's commands under one name."""

import os
import sys

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line, get_commands, load_command_class

_HELP = {"", "help", "-h", "--help"}


def main() -> None:
    """Run one command; what users can mend prints one Chinese sentence and exits 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhucan.config.settings")
    # What is written here are people's records: for the owner's eyes, unless the owner says otherwise.
    os.umask(0o077)
    # A Windows console may be GBK: sentences must not fail to print because of one character.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        _prepare()
        if name in _HELP and len(sys.argv) < 3:
            _list()
        elif name not in get_commands() and name not in ("help", "version", "--version"):
            sys.exit(f"没有命令 {name}：运行 zhucan --help 可以看全部命令。")
        else:
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except BrokenPipeError:  # the reader, such as `head`, had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _prepare() -> None:
    """Load the settings. A database of others with no keys here is refused before anything is closed with new ones."""
    from zhucan.config import environment

    fresh = not environment.key_file().exists()
    import django

    django.setup()
    from django.db import connection

    if fresh and connection.vendor == "postgresql" and "orgs_auditentry" in connection.introspection.table_names():
        environment.key_file().unlink(missing_ok=True)
        raise ImproperlyConfigured(environment.KEYS_GONE.format(path=environment.key_file()))


def _list() -> None:
    own = {name: app for name, app in get_commands().items() if str(app).startswith("zhucan.")}
    order = [config.name for config in apps.get_app_configs()]
    print("zhucan 命令 …（每个命令都有 --help）")
    for name, app in sorted(own.items(), key=lambda item: (order.index(str(item[1])), item[0])):
        text = load_command_class(str(app), name).help
        print(f"  {name:12}{text}")


if __name__ == "__main__":
    main()

"""The `zhucan` command: Django's commands under one name."""

import os
import sys


def main() -> None:
    """Run one command; user errors print one Chinese sentence and exit 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhucan.config.settings")
    # A Windows console may be GBK: sentences must not fail to print because of one character.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

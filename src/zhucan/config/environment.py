"""What the environment says: where data lives, which database, which keys."""

import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def home() -> Path:
    """Return the folder that holds the database, keys and files (`ZHUCAN_HOME`, default `var` here)."""
    return Path(os.environ.get("ZHUCAN_HOME") or "var").absolute()


def database() -> dict[str, Any]:
    """Return Django's database settings from `ZHUCAN_DATABASE`.

    Empty means SQLite in the home folder; a path ending in `.sqlite3` is that file;
    `postgresql://user:password@host:port/name` is PostgreSQL.
    """
    address = os.environ.get("ZHUCAN_DATABASE", "")
    if address.startswith(("postgresql://", "postgres://")):
        parts = urlsplit(address)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
        }
    if address and not address.endswith(".sqlite3"):
        raise ImproperlyConfigured("ZHUCAN_DATABASE must be empty, a *.sqlite3 path or a postgresql:// address")
    path = Path(address) if address else home() / "zhucan.sqlite3"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            # A writer takes its lock at the start, so that two runs queue up instead of failing half way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 60,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
        },
    }


def keys() -> dict[str, str]:
    """Return the secrets (`session`, `field`, `index`, hex), made on first start and readable only by their owner.

    They stand in `keys.json` in the home folder, never in the database: a copied database alone opens nothing.
    """
    path = home() / "keys.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {name: secrets.token_hex(32) for name in ("session", "field", "index")}
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(made, file)
        except FileExistsError:
            pass  # another process made them between the look and the write; theirs count
    try:
        loaded: dict[str, str] = json.loads(path.read_text())
        for name in ("session", "field", "index"):
            bytes.fromhex(loaded[name])
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"{path} is not a readable key file: restore it from its backup") from error
    return loaded


def flag(name: str) -> bool:
    """Return a yes/no switch; anything but 0/1/empty is refused."""
    value = os.environ.get(name, "")
    if value not in ("", "0", "1"):
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"

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
            # Compiling a query first takes longer than most of ours run: 170 of the 187 ms of a search among a million.
            "OPTIONS": {"options": "-c jit=off"},
        }
    if address and not address.endswith(".sqlite3"):
        raise ImproperlyConfigured("环境变量 ZHUCAN_DATABASE 不对：应为空、*.sqlite3 文件或 postgresql:// 地址。")
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


KEYS_GONE = "数据库里已有资料，密钥文件 {path} 不见了：请从备份恢复它，再运行；没有它，加密的内容无法打开。"


def key_file() -> Path:
    """Return where the keys stand."""
    return home() / "keys.json"


def keys() -> dict[str, str]:
    """Return the secrets (`session`, `field`, `index`, hex), made on first start and readable only by their owner.

    They stand in `keys.json` in the home folder, never in the database: a copied database alone opens nothing. With a
    database there and the keys gone none are made, for what the old ones closed would be lost and new rows mixed in.
    """
    path = key_file()
    if not path.exists():
        there = Path(database()["NAME"])
        if database()["ENGINE"].endswith("sqlite3") and there.exists() and there.stat().st_size:
            raise ImproperlyConfigured(KEYS_GONE.format(path=path))
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
        raise ImproperlyConfigured(f"密钥文件 {path} 已损坏：请从备份恢复它。") from error
    return loaded


def hosts() -> list[str]:
    """Return the names this site answers to: this machine's own, and those of `ZHUCAN_HOSTS`, parted by commas."""
    named = [name.strip() for name in os.environ.get("ZHUCAN_HOSTS", "").split(",") if name.strip()]
    for name in named:
        if "*" in name or "/" in name or ":" in name:
            raise ImproperlyConfigured(
                f"环境变量 ZHUCAN_HOSTS 里的“{name}”不对：请只写主机名，例如 cl.example.cn，多个用逗号隔开。"
            )
    return ["127.0.0.1", "localhost", "[::1]", *named]


def flag(name: str) -> bool:
    """Return a yes/no switch; anything but 0/1/empty is refused."""
    value = os.environ.get(name, "")
    if value not in ("", "0", "1"):
        raise ImproperlyConfigured(f"环境变量 {name} 应为 0 或 1，不是“{value}”。")
    return value == "1"

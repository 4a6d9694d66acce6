"""The file of keys: the keys of sealed columns by version, a new one beside them, and the former ones dropped.

`field` is version 1, later ones stand as `field2`, `field3`…; the latest is written with, all are read with. `index` is
the one key of blind indexes and signatures; while another takes its place it stands beside it as `index_next`.
"""

import json
import os
import secrets
from pathlib import Path

from zhucan.core.errors import ZhucanError


class NoMoreVersions(ZhucanError):
    """A ciphertext has one byte for the version of its key, and all are used up."""


def _load(path: Path) -> dict[str, str]:
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded


def read(path: Path) -> tuple[dict[int, str], int]:
    """Return what `field_keys` says of a file."""
    return field_keys(_load(path))


def field_keys(loaded: dict[str, str]) -> tuple[dict[int, str], int]:
    """Return the keys of sealed columns by version, and the version that is written with.

    `field` is version 1; a later one stands as `field2`, `field3`…
    """
    found = {1: loaded["field"]}
    for name, key in loaded.items():
        if name.startswith("field") and name[5:].isdigit():
            found[int(name[5:])] = key
    return found, max(found)


def add_field_key(path: Path) -> int:
    """Make a new key of sealed columns beside the former ones and return its version; the file is replaced whole."""
    loaded = _load(path)
    version = field_keys(loaded)[1] + 1
    if version > 255:
        raise NoMoreVersions("加密密钥已换过 254 次，一个字节记不下了：请联系开发者。")
    _replace(path, {**loaded, f"field{version}": secrets.token_hex(32)})
    return version


def forget_field_keys(path: Path) -> list[int]:
    """Drop the former keys of sealed columns, and return their versions; the one in use becomes the only one."""
    loaded = _load(path)
    former, version = field_keys(loaded)
    gone = sorted(set(former) - {version})
    kept = {name: key for name, key in loaded.items() if not (name.startswith("field") and name[5:].isdigit())}
    # version 1 has to stand under its name; where another is in use, a key that opens nothing stands there
    kept["field"] = loaded["field"] if version == 1 else secrets.token_hex(32)
    if version != 1:
        kept[f"field{version}"] = former[version]
    _replace(path, kept)
    return gone


def next_index_key(path: Path) -> tuple[str, str]:
    """Return the key of the blind indexes and the one to follow it, made and kept beside it where there is none yet."""
    loaded = _load(path)
    if "index_next" not in loaded:
        loaded["index_next"] = secrets.token_hex(32)
        _replace(path, loaded)
    return loaded["index"], loaded["index_next"]


def take_index_key(path: Path) -> str:
    """Let the key that was to follow be the only one of the blind indexes, and return it."""
    loaded = _load(path)
    loaded["index"] = loaded.pop("index_next")
    _replace(path, loaded)
    return loaded["index"]


def _replace(path: Path, made: dict[str, str]) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(made, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)

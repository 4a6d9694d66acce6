"""Encryption at rest and blind indexes for ID numbers, phones and accounts.

A value is AES-256-GCM with a fresh nonce; its column name is bound in as associated data, so that a
ciphertext cannot be moved to another column. Look-up and uniqueness use a keyed hash (blind index).
"""

import hmac
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.checks import CheckMessage
from django.db import models

from zhucan.core.errors import ZhucanError

INDEX_DIGITS = 32
FIRST_VERSION = 1
"""The first byte of a ciphertext names its key: values of former keys stay readable until they are sealed anew."""


class CannotOpen(Exception):
    """The value was not written with this key, or was changed outside the program."""


class KeysUnfinished(ZhucanError):
    """A new key of the blind indexes has not reached every row: what is looked up now might not be found."""


@cache
def _cipher(key: str) -> AESGCM:
    return AESGCM(bytes.fromhex(key))


def seal(text: str, column: str) -> bytes:
    """Return the ciphertext of a text bound to a column such as `registry.Person.id_number`."""
    nonce, version = os.urandom(12), settings.ZHUCAN_FIELD_VERSION
    key = settings.ZHUCAN_FIELD_KEYS[version]
    return bytes([version]) + nonce + _cipher(key).encrypt(nonce, text.encode(), column.encode())


def unseal(data: bytes, column: str) -> str:
    """Return the text of a ciphertext. Raises `CannotOpen` for a foreign key, column or altered bytes."""
    try:
        key = settings.ZHUCAN_FIELD_KEYS[data[0]]
        return _cipher(key).decrypt(data[1:13], data[13:], column.encode()).decode()
    except (InvalidTag, KeyError, IndexError) as error:
        raise CannotOpen(f"{column} cannot be decrypted with this key") from error


def blind_index(text: str, purpose: str) -> str:
    """Return 32 hexadecimal digits that are equal for equal texts of one purpose, and tell nothing else."""
    return signature(text, purpose)[:INDEX_DIGITS]


def signature(text: str, purpose: str) -> str:
    """Return 64 hexadecimal digits that only somebody with the keys can make for a text."""
    refuse_unfinished()
    return keyed(settings.ZHUCAN_INDEX_KEY, text, purpose)


def keyed(key: str, text: str, purpose: str) -> str:
    """Return the 64 hexadecimal digits of a text under a key given."""
    return hmac.digest(bytes.fromhex(key), f"{purpose}\0{text}".encode(), "sha256").hex()


def refuse_unfinished() -> None:
    """Raise `KeysUnfinished` while a new key of the blind indexes has not reached every row."""
    if settings.ZHUCAN_INDEX_NEXT:
        raise KeysUnfinished("索引密钥没有换完：请先运行 zhucan keys rotate-index --stopped，接着做完它。")


class BlindIndexField(models.CharField[str, str]):
    """The blind index of a sealed column of the same model; it names the column and purpose to be made anew from."""

    def __init__(self, *, sealed: str = "", purpose: str = "", **kwargs: Any) -> None:
        self.sealed, self.purpose = sealed, purpose
        super().__init__(**{"max_length": INDEX_DIGITS, **kwargs})

    def deconstruct(self) -> Any:
        """Return a plain text column: what it is made from is nothing to the database."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


if TYPE_CHECKING:
    _Binary = models.BinaryField[str, str]  # subscriptable for the type checker only
else:
    _Binary = models.BinaryField


class SealedField(_Binary):
    """A text column kept as ciphertext; reads and writes `str`, cannot be searched."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = True
        super().__init__(*args, **kwargs)

    def _check_str_default_value(self) -> list[CheckMessage]:
        return []  # what a caller sees is text, so a default is text too

    @property
    def _column(self) -> str:
        return f"{self.model._meta.label}.{self.attname}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else ("" if not bytes(value) else unseal(bytes(value), self._column))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            value = seal(value, self._column) if value else b""
        return super().get_db_prep_value(value, connection, prepared)

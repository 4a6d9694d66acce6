"""The catalogue of basic assistive devices, read from `catalogue.yaml`.

What a place offers, its price cap and its years of use are parameters (`device_<code>_offered`, `…_cap`, `…_years`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Device:
    """One device of the catalogue. `grades` bounds the mildest grade it is for; `needs` names a finding it asks."""

    code: str
    name: str
    function: str
    unit: str
    summary: str
    systems: tuple[str, ...]
    categories: tuple[str, ...]
    mildest: int = 4
    pieces: int = 1  # as many at once as make one fitting: two ears, two crutches
    assessed: bool = True
    needs: str = ""
    household: bool = False
    diagnosed: bool = False  # what a child may need at once after a diagnosis

    @property
    def scheme(self) -> str:
        """Return the id of the scheme that gives it."""
        return f"device-{self.code.replace('_', '-')}"


@dataclass(frozen=True)
class Function:
    """What devices are for; within the years of use a person has one for each function (RH-22)."""

    code: str
    label: str
    schemes: tuple[str, ...] = field(default=())


def _device(row: Mapping[str, Any]) -> Device:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Device(**fields)


def _read() -> tuple[tuple[Device, ...], tuple[Function, ...]]:
    said: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("catalogue.yaml").read_text(encoding="utf-8"))
    devices = tuple(_device(row) for row in said["devices"])
    functions = tuple(
        Function(code, label, tuple(item.scheme for item in devices if item.function == code))
        for code, label in said["functions"].items()
    )
    return devices, functions


DEVICES, FUNCTIONS = _read()
FUNCTION_BY_CODE: Mapping[str, Function] = {item.code: item for item in FUNCTIONS}

"""How the weights of one checkpoint lie in memory, as data. Needs no torch; knows neither networks nor machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from zoetrope.core.errors import InvalidRequest


class Precision(StrEnum):
    """What weights are kept in; inputs and outputs stay in a plain type whatever it is."""

    F32 = "f32"
    BF16 = "bf16"
    FP8 = "fp8"
    INT8 = "int8"
    NF4 = "nf4"
    NVFP4 = "nvfp4"
    FILE = "file"  # as packed in the file it comes from (GGUF)


class Residence(StrEnum):
    """When weights are on the device."""

    ALWAYS = "always"  # from first use to the end
    TURN = "turn"  # read from its files when used; leaves when another part with a turn is used
    BLOCKS = "blocks"  # block by block from the host's memory
    DISK = "disk"  # block by block from its files


PLAIN = frozenset({Precision.F32, Precision.BF16})
STREAMED = frozenset({Residence.BLOCKS, Residence.DISK})


@dataclass(frozen=True)
class PartPlan:
    """One part: `ahead` is how many blocks are fetched before they are needed, where it is streamed."""

    part: str
    precision: Precision
    residence: Residence
    ahead: int = 1

    def __str__(self) -> str:
        return f"{self.part}: {self.precision}, {self.residence}"


@dataclass(frozen=True)
class Plan:
    """All parts. Equal plans lay out equal weights, so forecasts are no part of equality.

    `together` is whether the branches of guidance are computed in one batch.
    Units: codec_bytes is the most that a decode may take beside its weights, 0 for no limit; the rest is the forecast.
    """

    parts: tuple[PartPlan, ...]
    codec_bytes: int = 0
    together: bool = True
    device_bytes: int | None = field(default=None, compare=False)
    host_bytes: int = field(default=0, compare=False)
    seconds: float | None = field(default=None, compare=False)

    def part(self, name: str) -> PartPlan:
        """Raises: KeyError if the plan does not speak of it, which is our own mistake."""
        for part in self.parts:
            if part.part == name:
                return part
        raise KeyError(name)


@dataclass(frozen=True)
class Wish:
    """What the user insists on; None leaves it to the plan. Only checkpoints without a plan are compiled."""

    precision: Precision | None = None
    device_bytes: int | None = None
    host_bytes: int | None = None
    compiled: bool = False


UNITS: Mapping[str, int] = {"kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def read_bytes(text: str) -> int:
    """Read an amount of memory such as "12GB", "8 GiB" or "900MB".

    Raises: InvalidRequest for anything else.
    """
    letters = text.strip().lower()
    number = letters.rstrip("abcdefghijklmnopqrstuvwxyz").strip()
    unit = UNITS.get(letters[len(letters.rstrip("abcdefghijklmnopqrstuvwxyz")) :])
    try:
        amount = float(number)
    except ValueError:
        amount = 0.0
    if unit is None or not 0 < amount < 10**6:
        raise InvalidRequest(f"memory was {text!r}; say an amount with its unit, for instance 12GB or 900MB.")
    return int(amount * unit)


def show_bytes(amount: int) -> str:
    """Say an amount of memory in the unit that suits it."""
    if amount < 10**9:
        return f"{max(amount, 0) / 10**6:.0f} MB"
    return f"{amount / 10**9:.1f} GB"


def read_precision(text: str) -> Precision:
    """Raises: InvalidRequest for a name that is none."""
    try:
        return Precision(text.strip().lower())
    except ValueError:
        known = ", ".join(Precision)
        raise InvalidRequest(f"precision was {text!r}; it is one of {known}.") from None

"""Which cell carries which bit with which sign: a table that repeats every 1.28 s, so that 1.7 s of a clip has it all.

A seventh of the cells are pilots, whose sign does not depend on the id; they say where the table begins and how fast it
runs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoetrope.release.marks.code import CODE_BITS
from zoetrope.release.marks.keys import chips, shuffle
from zoetrope.release.marks.sound_cells import BANDS, EDGES, RATE, SLOT, WIDTHS, WINDOW, Floats

SLOTS = 30
BLOCK = SLOTS * SLOT
PILOT = CODE_BITS  # the place of pilots in tables of sums, after the places of the bits
_PILOT_SHARE = 0.15


@dataclass(frozen=True)
class Pattern:
    """The table of one key.

    Shapes: place (30, bands) intp, the code bit of each cell or PILOT; sign (30, bands) float32, -1 and 1.
    """

    place: NDArray[np.intp]
    sign: Floats

    @property
    def pilots(self) -> Floats:
        """The pilots' signs, and 0 elsewhere."""
        return np.where(self.place == PILOT, self.sign, np.float32(0))

    @property
    def data(self) -> Floats:
        """The signs of the cells that carry bits, and 0 elsewhere."""
        return np.where(self.place == PILOT, np.float32(0), self.sign)


def lay_out(key: bytes) -> Pattern:
    """The table that follows from a key."""
    count = SLOTS * BANDS
    order, pilots = shuffle(key, "sound places", count), int(count * _PILOT_SHARE)
    place = np.full(count, PILOT)
    place[order[pilots:]] = np.arange(count - pilots) % CODE_BITS
    sign = chips(key, "sound signs", count)
    return Pattern(place.reshape(SLOTS, BANDS), sign.reshape(SLOTS, BANDS))


def _trust() -> Floats:
    centre = (EDGES[:-1] + WIDTHS / 2) * RATE / WINDOW
    trust = 1 / (1 + centre / 3000)
    return (trust / np.sqrt(np.mean(trust**2))).astype(np.float32)


# What a band is worth: through Opus at 24 kbit/s the oddness of cells kept a correlation of 0.7 to 0.97 at 0.5 kHz, 0.3
# to 0.8 at 4 kHz and 0.2 to 0.5 at 7 kHz (five sounds).
TRUST = _trust()

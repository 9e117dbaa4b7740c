"""Seeds: drawing one when none was given, and deriving independent ones from it. Knows no random number generator."""

from __future__ import annotations

import hashlib
import secrets

from zoetrope.core.errors import InvalidRequest

MOST = 2**32 - 1  # ten digits at most: a person can copy it, and every language's number type holds it


def draw_seed() -> int:
    """Draw a seed that nobody can foretell."""
    return secrets.randbelow(MOST + 1)


def check_seed(seed: int) -> int:
    """Return the seed if it is one.

    Raises: InvalidRequest if it is not a whole number from 0 to 2**32 - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MOST:
        raise InvalidRequest(
            f"seed was {seed!r}; it must be a whole number from 0 to {MOST}. Leave it out to draw one."
        )
    return seed


def derive_seed(seed: int, *names: str) -> int:
    """Make a seed for one named use, so that two uses of one seed share no noise.

    Units: 0 to 2**63 - 1, which every generator of ours takes.
    """
    digest = hashlib.blake2b("/".join((str(seed), *names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1

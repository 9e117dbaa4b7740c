"""Where marks get their secret, and the chips and shuffles that follow from it.

The default key is a constant of the package, so that any copy of Zoetrope can read what another wrote: such a mark
discloses, it does not prove. An operator's secret makes a key of its own. Everything random comes from SHAKE-256
and not from a library's generator, whose stream may change: a mark must be readable many years later.
"""

import hashlib
import hmac
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoetrope.core.errors import InvalidRequest

_CONSTANT = b"zoetrope mark 1"
_LEAST_SECRET_BYTES = 16


def load_key(path: Path | None = None) -> bytes:
    """The key of all marks: the package's own, or one that mixes in the secret in an operator's file.

    Shapes: out 32 bytes. White space around the secret does not count.
    Raises: InvalidRequest if the file cannot be read or holds less than 16 bytes.
    """
    if path is None:
        return hashlib.sha256(_CONSTANT).digest()
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise InvalidRequest(f"the mark's key file {path} cannot be read: {error.strerror}") from error
    if len(secret) < _LEAST_SECRET_BYTES:
        raise InvalidRequest(
            f"the mark's key file {path} holds {len(secret)} bytes; {_LEAST_SECRET_BYTES} are the least"
        )
    return hmac.new(secret, _CONSTANT, hashlib.sha256).digest()


def chips(key: bytes, purpose: str, count: int) -> NDArray[np.float32]:
    """Pseudo-random signs that only the holder of the key can make again.

    Shapes: out (count,), -1 and 1. Different purposes give independent signs.
    """
    bits = np.unpackbits(np.frombuffer(_stream(key, purpose, (count + 7) // 8), np.uint8))[:count]
    return bits.astype(np.float32) * 2 - 1


def shuffle(key: bytes, purpose: str, count: int) -> NDArray[np.intp]:
    """A pseudo-random order of the numbers below `count`.

    Shapes: out (count,).
    """
    return np.argsort(np.frombuffer(_stream(key, purpose, 8 * count), "<u8"), kind="stable")


def _stream(key: bytes, purpose: str, size: int) -> bytes:
    return hashlib.shake_256(key + b"\0" + purpose.encode()).digest(size)

"""What text encoders said, kept by content, so that a second take does not load them. Knows no encoder."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

# The widest context, LTX-2's for one prompt, takes 25 MB after its connectors and 385 MB before them; these hold some.
MOST_BYTES = 1_000_000_000
MOST_FILE_BYTES = 4_000_000_000


def content_key(*facts: str | bytes) -> str:
    """Name what was computed by all that it was computed from; facts never run into each other."""
    digest = sha256()
    for fact in facts:
        raw = fact.encode() if isinstance(fact, str) else fact
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


class Embeddings:
    """Tensors by key: those used last in memory, all of them in a folder if there is one.

    Units: bytes. Tensors come back equal, on the CPU; nobody may write into them.
    """

    def __init__(self, folder: Path | None = None, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._most = folder, most_bytes
        self._kept: OrderedDict[str, dict[str, Tensor]] = OrderedDict()
        self._lock = threading.Lock()

    @staticmethod
    def shared() -> Embeddings:
        """The one of this process."""
        return _shared()

    def use_folder(self, folder: Path | None) -> None:
        """Keep from now on in that folder too."""
        self._folder = folder

    def get(self, key: str) -> dict[str, Tensor] | None:
        """Find what was put; None if it was not, or is not any more."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return dict(self._kept[key])
        tensors = self._read(key)
        if tensors is not None:
            self._remember(key, tensors)
            return dict(tensors)
        return None

    def put(self, key: str, tensors: Mapping[str, Tensor]) -> None:
        """Keep tensors. A folder that cannot be written is no reason to fail: they are computed again next time."""
        held = {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()}
        self._remember(key, held)
        if self._folder is not None:
            try:
                self._write(self._folder, key, held)
            except OSError:
                return

    def _remember(self, key: str, tensors: dict[str, Tensor]) -> None:
        with self._lock:
            self._kept[key] = tensors
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(map(_bytes, self._kept.values())) > self._most:
                self._kept.popitem(last=False)

    def _read(self, key: str) -> dict[str, Tensor] | None:
        path = self._folder / f"{key}.safetensors" if self._folder is not None else None
        if path is None or not path.is_file():
            return None
        try:
            tensors = load_file(path)
            os.utime(path)
        except (SafetensorError, OSError):
            path.unlink(missing_ok=True)
            return None
        return tensors

    def _write(self, folder: Path, key: str, tensors: dict[str, Tensor]) -> None:
        """Whole or not at all: the file gets its name when all of it is there."""
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
            part = Path(file.name)
        try:
            save_file(tensors, part)
            part.replace(folder / f"{key}.safetensors")
        finally:
            part.unlink(missing_ok=True)
        _trim(folder)


@lru_cache(maxsize=1)
def _shared() -> Embeddings:
    return Embeddings()


def use_folder(folder: Path | None) -> None:
    """Let the process's embeddings lie in that folder too; said by `cli` and `service`, once."""
    _shared().use_folder(folder)


def _bytes(tensors: Mapping[str, Tensor]) -> int:
    return sum(tensor.nbytes for tensor in tensors.values())


def _trim(folder: Path) -> None:
    """Throw away what was used longest ago, until the folder is small enough."""
    files = [(path.stat().st_mtime, path.stat().st_size, path) for path in folder.glob("*.safetensors")]
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= MOST_FILE_BYTES:
            return
        path.unlink(missing_ok=True)
        total -= size

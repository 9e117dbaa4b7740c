"""The memory that a piece of work really takes, measured in a process of its own. Knows nothing of the work.

`python -m zoetrope.engine.memory.measure` is that process; it is started by `measure`, not by hand.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Measured:
    """Units: bytes and seconds. `host_before` is what the process held when the work began, `host_peak` the most that
    it held until the end; the device's peak is that of torch's allocator. Processor seconds count all threads."""

    host_before: int
    host_peak: int
    device_peak: int
    wall_seconds: float
    processor_seconds: float
    result: Any = None

    @property
    def host_work(self) -> int:
        return self.host_peak - self.host_before


def measure(work: str, settings: Mapping[str, Any] | None = None, seconds: float = 600) -> Measured:
    """Call "module:function" with settings that JSON can hold, in a new process, and measure it.

    The function may return a function without arguments: then what came before was preparation, and only that is
    measured.
    Raises: RuntimeError with the process's last words if it fails.
    """
    asked = json.dumps({"work": work, "settings": dict(settings or {}), "path": sys.path})
    command = [sys.executable, "-W", "ignore", "-m", "zoetrope.engine.memory.measure"]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{work} failed with {done.returncode}: {done.stderr[-2000:]}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _measured(work: str, settings: Mapping[str, Any]) -> Measured:
    module, name = work.split(":")
    run = getattr(importlib.import_module(module), name)
    before = _begin()
    begun, worked = time.perf_counter(), time.process_time()
    result = run(**settings)
    if callable(result):
        before = _begin()
        begun, worked = time.perf_counter(), time.process_time()
        result = result()
    return Measured(
        before, peak_bytes(), _device_peak(), time.perf_counter() - begun, time.process_time() - worked, result
    )


def begin_peak() -> int | None:
    """Forget this process's peak so far, and say what it holds now; None where the system does not allow that."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return _status("VmRSS")


def peak_bytes() -> int:
    """The most that this process held since `begin_peak`. Not `getrusage`, which is born with the parent's peak."""
    return _status("VmHWM")


def _begin() -> int:
    """As `begin_peak`; where that is not allowed, the peak is that of the process since it began."""
    begin_peak()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    return _status("VmRSS")


def _status(name: str) -> int:
    """A line of this process's status."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


def _device_peak() -> int:
    torch = sys.modules.get("torch")
    return torch.cuda.max_memory_allocated() if torch is not None and torch.cuda.is_available() else 0


def main() -> None:
    asked = json.loads(sys.stdin.read())
    sys.path[:] = asked["path"]
    print(json.dumps(asdict(_measured(asked["work"], asked["settings"]))))


if __name__ == "__main__":
    main()

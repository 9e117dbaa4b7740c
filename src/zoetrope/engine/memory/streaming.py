"""Repeated blocks whose weights come by one after the other, from the host's memory or from files.

The block that computes lies in one slot, the next ones arrive in others; the same bits as with all weights in place.
Does not know what a block computes, nor who reads the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from zoetrope.engine.memory.building import META

ALIGNMENT = 64  # bytes; the widest vector loads of CPUs, and enough for every type


@dataclass(frozen=True, eq=False)
class Entry:
    """Where one tensor of a block lies in the block's flat bytes."""

    name: str  # inside the block
    shape: tuple[int, ...]
    dtype: torch.dtype
    offset: int

    def view(self, flat: Tensor) -> Tensor:
        """Shapes: flat (bytes,) uint8; the tensor's own shape out, of the same memory."""
        return flat[self.offset : self.offset + self.nbytes].view(self.dtype).view(self.shape)

    @property
    def nbytes(self) -> int:
        return prod(self.shape) * self.dtype.itemsize


Fill = Callable[[int, Tensor], None]  # (number of the block, its flat bytes on the host to fill)


def lay_out(block: nn.Module, dtype_for: Callable[[str, Tensor], torch.dtype]) -> tuple[tuple[Entry, ...], int]:
    """Give each stored tensor of a block a place in flat bytes; also how many bytes there are."""
    entries, end = [], 0
    for name, tensor in block.state_dict(keep_vars=True).items():
        entry = Entry(name, tuple(tensor.shape), dtype_for(name, tensor), end)
        entries.append(entry)
        end += -(-entry.nbytes // ALIGNMENT) * ALIGNMENT
    return tuple(entries), end


class _Slot:
    """Room for one block on the device, and beside it on the host where these differ."""

    def __init__(self, size: int, device: torch.device) -> None:
        self.flat = torch.empty(size, dtype=torch.uint8, device=device)
        self.staged = torch.empty(size, dtype=torch.uint8, pin_memory=True) if device.type == "cuda" else self.flat
        self.arrived = torch.cuda.Event() if device.type == "cuda" else None
        self.left = torch.cuda.Event() if device.type == "cuda" else None


class StreamedBlocks(nn.ModuleList):
    """Iterate it as the list it replaces; one iteration at a time, inside its part's `resident()`.

    `fill` brings a block's bytes, in a thread of its own, `ahead` blocks before they are needed; the end of one pass
    fetches the beginning of the next. With `keep` all blocks are filled once, into the host's memory, and come from
    there.
    """

    def __init__(
        self,
        blocks: nn.ModuleList,
        layouts: tuple[tuple[tuple[Entry, ...], int], ...],
        fill: Fill,
        *,
        device: torch.device,
        ahead: int = 1,
        keep: bool = False,
    ) -> None:
        super().__init__(blocks)
        self._layouts, self._fill, self._device = layouts, fill, device
        self._ahead, self._keep = max(1, min(ahead, len(blocks) - 1)), keep
        self._kept: list[Tensor] = []
        self._slots: list[_Slot] = []
        self._coming: dict[int, tuple[_Slot, Future]] = {}
        self._bound: tuple[int, _Slot] | None = None
        self._reader: ThreadPoolExecutor | None = None
        self._stream: torch.cuda.Stream | None = None

    def open(self) -> None:
        """Make room, and start to fetch."""
        size = max(size for _, size in self._layouts)
        with torch.inference_mode(False):  # the reader's thread writes into these, whatever mode this one is in
            self._open(size)

    def _open(self, size: int) -> None:
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="blocks")
        self._stream = torch.cuda.Stream(self._device) if self._device.type == "cuda" else None
        if self._keep:
            self._kept = [self._read_kept(number) for number in range(len(self))]
        self._slots = [_Slot(size, self._device) for _ in range(self._ahead + 1)]
        if self._stream is not None:  # the slots' memory may still be read by work that was queued before
            self._stream.wait_stream(torch.cuda.current_stream(self._device))
        self._ask(0)

    def close(self) -> None:
        """Give all room back; blocks that are still coming are waited for."""
        if self._reader is not None:
            self._reader.shutdown(wait=True)
        if self._stream is not None:  # copies that nobody waited for must not reach memory that is others' by then
            self._stream.synchronize()
        if self._bound is not None:
            self._release(self._bound)
        self._kept, self._slots, self._coming, self._reader, self._stream = [], [], {}, None, None

    def __iter__(self) -> Iterator[nn.Module]:
        if self._reader is None:  # nobody computes: the modules, without their weights
            yield from super().__iter__()
            return
        if self._bound is not None:  # the pass before was given up inside a block
            self._release(self._bound)
        for number, block in enumerate(super().__iter__()):
            bound = (number, self._take(number))
            self._bind(block, bound)
            self._ask(number + 1)
            try:
                yield block
            finally:
                self._release(bound)
        self._ask(0)

    def __getitem__(self, index):
        if isinstance(index, slice) and index.indices(len(self)) == (0, len(self), 1):
            return self
        return super().__getitem__(index)

    def _ask(self, first: int) -> None:
        """Have the next blocks fetched, as far as there is room."""
        assert self._reader is not None
        for number in ((first + step) % len(self) for step in range(self._ahead)):
            if number not in self._coming and self._slots:
                slot = self._slots.pop()
                self._coming[number] = (slot, self._reader.submit(self._bring, number, slot))

    def _take(self, number: int) -> _Slot:
        while number not in self._coming:
            self._drop_stale(number)
            self._ask(number)
        slot, future = self._coming.pop(number)
        try:
            future.result()
        except BaseException:
            self._slots.append(slot)
            raise
        if slot.arrived is not None:
            torch.cuda.current_stream(self._device).wait_event(slot.arrived)
        return slot

    def _drop_stale(self, number: int) -> None:
        """Forget blocks that were fetched for a pass that did not come."""
        for other in [other for other in self._coming if other != number]:
            slot, future = self._coming.pop(other)
            future.exception()
            self._slots.append(slot)

    @torch.no_grad()
    def _bring(self, number: int, slot: _Slot) -> None:
        if self._stream is None:
            self._to_host(number, slot.flat)
            return
        assert slot.arrived is not None
        assert slot.left is not None
        source = self._kept[number] if self._keep else slot.staged
        if not self._keep:
            slot.arrived.synchronize()  # the copy before may still read the staging bytes
            self._to_host(number, source)
        with torch.cuda.stream(self._stream):
            self._stream.wait_event(slot.left)
            slot.flat[: source.numel()].copy_(source, non_blocking=True)
            slot.arrived.record(self._stream)

    def _to_host(self, number: int, flat: Tensor) -> None:
        if self._keep:
            flat[: self._kept[number].numel()].copy_(self._kept[number])
        else:
            self._fill(number, flat)

    def _read_kept(self, number: int) -> Tensor:
        flat = torch.empty(self._layouts[number][1], dtype=torch.uint8, pin_memory=self._stream is not None)
        self._fill(number, flat)
        return flat

    def _bind(self, block: nn.Module, bound: tuple[int, _Slot]) -> None:
        self._bound = bound
        number, slot = bound
        for entry in self._layouts[number][0]:
            _set(block, entry.name, entry.view(slot.flat))

    def _release(self, bound: tuple[int, _Slot]) -> None:
        if self._bound is not bound:  # a pass that was given up, released by the one after it
            return
        self._bound = None
        number, slot = bound
        block = list(super().__iter__())[number]
        for entry in self._layouts[number][0]:
            _set(block, entry.name, torch.empty(entry.shape, dtype=entry.dtype, device=META))
        if slot.left is not None:
            slot.left.record(torch.cuda.current_stream(self._device))
        self._slots.append(slot)


def _set(block: nn.Module, name: str, tensor: Tensor) -> None:
    path, _, leaf = name.rpartition(".")
    owner = block.get_submodule(path)
    if leaf in owner._parameters:
        owner._parameters[leaf] = nn.Parameter(tensor, requires_grad=False)
    else:
        owner._buffers[leaf] = tensor

"""The parts of a checkpoint as a family uses them: loaded when entered, laid out as the plan says, put away in turns.

Knows neither families nor file formats.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from zoetrope.engine.families.libraries import need
from zoetrope.engine.memory.activations import quicken
from zoetrope.engine.memory.building import META, build_empty, put_tensor, repeated_blocks, stored_tensors
from zoetrope.engine.memory.filling import Files, Filler
from zoetrope.engine.memory.plan import PLAIN, STREAMED, PartPlan, Precision, Residence
from zoetrope.engine.memory.quantise import quantise
from zoetrope.engine.memory.streaming import StreamedBlocks, lay_out
from zoetrope.engine.memory.turns import Turns
from zoetrope.engine.parts import Part, Whole

if TYPE_CHECKING:
    from zoetrope.engine.families.descriptor import Descriptor, PartFiles
    from zoetrope.engine.numerics import Numerics

NETWORKS = ("network", "network_low", "network_fine")  # what is walked; other parts stay as their library has them
_DTYPES = {Precision.F32: torch.float32, Precision.BF16: torch.bfloat16}


def open_parts(
    descriptor: Descriptor, numerics: Numerics, *, on_loaded: Callable[[str], None] | None = None
) -> Mapping[str, Part]:
    """Open every part of a checkpoint: all files are checked now, weights come when a part is entered.

    Without a plan all parts stay on the device in the numerics' type. `on_loaded` hears the name of a part that comes.
    Raises: WeightsError for files that do not fit their network; Unsupported if a library is absent.
    """
    turns = Turns()
    return {files.part: _open_part(files, numerics, turns, on_loaded) for files in descriptor.parts}


def _open_part(files: PartFiles, numerics: Numerics, turns: Turns, on_loaded: Callable[[str], None] | None) -> Part:
    if files.part == "scheduler":
        return Whole(need(files.library, files.kind).from_config(files.config), files.config)
    if not files.files:
        return Whole(_open_processor(files), files.config)
    from zoetrope.engine.checkpoints.tensors import check_against, held

    module, opened = build_empty(files), held(files)
    check_against(module, opened, files)
    return HeldPart(module, opened, files.config, plan_of(files.part, numerics), numerics, turns, on_loaded)


def _open_processor(files: PartFiles) -> Any:
    kind = "AutoTokenizer" if "Tokenizer" in files.kind else files.kind
    return need(files.library, kind).from_pretrained(files.folder, local_files_only=True)


def plan_of(part: str, numerics: Numerics) -> PartPlan:
    """What the plan says of a part; parts that it leaves out come in turns, and all stay where there is no plan."""
    plain = Precision.F32 if numerics.dtype is torch.float32 else Precision.BF16
    if numerics.plan is None:
        return PartPlan(part, plain, Residence.ALWAYS)
    for planned in numerics.plan.parts:
        if planned.part == part:
            return planned
    return PartPlan(part, plain, Residence.TURN)


class HeldPart:
    """A network whose weights come from files. Several threads may use it; of a streamed one, one after the other."""

    def __init__(
        self,
        module: nn.Module,
        files: Files,
        config: Mapping[str, Any],
        plan: PartPlan,
        numerics: Numerics,
        turns: Turns,
        on_loaded: Callable[[str], None] | None = None,
    ) -> None:
        self._module, self._config, self._plan, self._turns = module, config, plan, turns
        self._device, self._on_loaded = torch.device(numerics.device), on_loaded
        self._dtype = _DTYPES.get(plan.precision, numerics.dtype)
        lists = repeated_blocks(module)
        if plan.precision not in PLAIN:
            for name in lists:
                quantise(module.get_submodule(name), plan.precision, self._dtype)
        if plan.part in NETWORKS:
            quicken(module, self._device, self._dtype)
        self._filler = Filler(module, files, self._dtype)
        self._streamed = {name: self._stream(name) for name in lists} if plan.residence in STREAMED else {}
        self._alone = threading.RLock() if self._streamed else nullcontext()
        inside = tuple(f"{name}." for name in self._streamed)
        self._stored = [names for names, _ in stored_tensors(module) if not names[0].startswith(inside or "\0")]
        self._computed = _computed_buffers(module)
        self._put_away(stored_tensors(module))

    @property
    def config(self) -> Mapping[str, Any]:
        return self._config

    @property
    def device(self) -> torch.device:
        return self._device

    @property
    def dtype(self) -> torch.dtype:
        return self._dtype

    @contextmanager
    def resident(self) -> Iterator[Any]:
        """Have the weights on the device. Raises: WeightsError if files changed since they were opened."""
        with self._alone, self._turns.using(self):
            yield self._module

    def free(self) -> None:
        self._turns.move_out(self)

    @property
    def stays(self) -> bool:
        return self._plan.residence is Residence.ALWAYS

    def move_in(self) -> None:
        """Read the weights; for `Turns` alone to call."""
        try:
            with torch.inference_mode(False), torch.no_grad():
                self._fill()
        except BaseException:
            self.move_out()
            raise
        if self._on_loaded is not None:
            self._on_loaded(self._plan.part)

    def move_out(self) -> None:
        """Give the weights' memory back; for `Turns` alone to call."""
        for blocks in self._streamed.values():
            blocks.close()
        state = self._module.state_dict(keep_vars=True)
        self._put_away((names, state[names[0]]) for names in self._stored)
        for owner, leaf, tensor in self._computed:
            owner._buffers[leaf] = tensor
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _fill(self) -> None:
        for names in self._stored:
            put_tensor(self._module, names, self._filler.read(names).to(self._device))
        for owner, leaf, tensor in self._computed:
            owner._buffers[leaf] = tensor.to(self._device)
        for blocks in self._streamed.values():
            blocks.open()

    def _put_away(self, stored) -> None:
        for names, tensor in stored:
            put_tensor(self._module, names, torch.empty(tensor.shape, dtype=self._filler.dtype(names[0]), device=META))

    def _stream(self, name: str) -> StreamedBlocks:
        """Put a streamed list in the place of a list of blocks."""
        blocks = self._module.get_submodule(name)
        assert isinstance(blocks, nn.ModuleList)
        filler = self._filler

        def lay(number: int, block: nn.Module):
            return lay_out(block, lambda leaf, _: filler.dtype(f"{name}.{number}.{leaf}"))

        layouts = tuple(lay(number, block) for number, block in enumerate(blocks))

        def fill(number: int, flat: Tensor) -> None:
            for entry in layouts[number][0]:
                filler.read_into(f"{name}.{number}.{entry.name}", entry.view(flat))

        keep, ahead = self._plan.residence is Residence.BLOCKS, self._plan.ahead
        streamed = StreamedBlocks(blocks, layouts, fill, device=self._device, ahead=ahead, keep=keep)
        path, _, leaf = name.rpartition(".")
        setattr(self._module.get_submodule(path), leaf, streamed)
        return streamed


def _computed_buffers(module: nn.Module) -> list[tuple[nn.Module, str, Tensor]]:
    """Buffers that no file holds, which were computed when the network was built."""
    return [
        (owner, leaf, tensor)
        for owner in module.modules()
        for leaf, tensor in owner._buffers.items()
        if tensor is not None and tensor.device != META
    ]

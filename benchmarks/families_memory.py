"""What networks of published size really take in memory, against what is forecast of them.

usage: python benchmarks/families_memory.py FOLDER [--only NAME] [--keep]

Weights are zeros in files of the real layout and length, which take next to no disk where files may have holes: what
memory is taken does not hang on their values. Each network makes one step of both branches on a small grid, in a
process of its own; the most that the process held is compared with the forecast's peak on the host. Text encoder and
codec are left out.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from zoetrope.engine.families.descriptor import Descriptor, PartFiles
from zoetrope.engine.families.opening import all_variants
from zoetrope.engine.memory.forecasting import forecast
from zoetrope.engine.memory.machine import Machine
from zoetrope.engine.memory.measure import measure
from zoetrope.engine.memory.plan import PartPlan, Plan, Precision, Residence
from zoetrope.engine.memory.work import NetworkWork, Workload

GRID = (1, 8, 8)  # latent frames, rows, columns
PROMPT = 60  # tokens
NAMES = {"F32": 4, "BF16": 2}


@dataclass(frozen=True)
class Case:
    """A card's network, and when its weights are there."""

    card: str
    residence: Residence


CASES = (
    Case("wan2.1-t2v-1.3b", Residence.ALWAYS),
    Case("ltx-0.9.5-2b", Residence.ALWAYS),
    Case("wan2.2-ti2v-5b", Residence.ALWAYS),
    Case("wan2.1-t2v-14b", Residence.DISK),
)


def write_network(path: Path, files: PartFiles) -> PartFiles:
    """Write a network's weights as one safetensors file full of zeros."""
    from zoetrope.engine.memory.building import build_empty, kept_in_float32, stored_tensors

    module = build_empty(files)
    kept = kept_in_float32(module)
    header: dict[str, Any] = {}
    end = 0
    for names, tensor in stored_tensors(module):
        kind = "F32" if kept.intersection(names[0].split(".")) else "BF16"
        begin, end = end, end + tensor.numel() * NAMES[kind]
        header[names[0]] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + end)
    return replace(files, files=(path,))


def step(card: str, residence: str, path: str) -> Any:
    """Load a network as planned and make one step; what `measure` calls."""
    import torch

    from zoetrope.engine.memory.residency import open_parts
    from zoetrope.engine.numerics import Numerics

    files = replace(_network(card), files=(Path(path),))
    numerics = Numerics("cpu", torch.bfloat16, _plan(Residence(residence)))
    part = open_parts(_descriptor(card, files), numerics)["network"]
    with torch.inference_mode(), part.resident() as network:
        made = (_step_of_wan if card.startswith("wan") else _step_of_ltx)(network, files)
    return [float(made.float().abs().mean()), list(made.shape)]


def _step_of_wan(network: Any, files: PartFiles) -> Any:
    import torch

    from zoetrope.engine.families.wan.forward import Levels, forward, prepare

    prompts = [torch.randn(PROMPT, 4096).bfloat16() for _ in range(2)]
    prepared = prepare(network, prompts, GRID, length=512, dtype=torch.bfloat16)
    latent = torch.randn(files.config["in_channels"], *GRID).bfloat16()
    return forward(network, prepared, latent, Levels(torch.tensor([900.0])), (0, 1))


def _step_of_ltx(network: Any, files: PartFiles) -> Any:
    import torch

    from zoetrope.engine.families.ltx.forward import forward, prepare
    from zoetrope.engine.families.ltx.placing import starts

    prompts = [torch.randn(PROMPT, 4096).bfloat16() for _ in range(2)]
    place = starts(GRID, (8, 32), 25, 1)
    prepared = prepare(network, prompts, place, torch.bfloat16)
    latent = torch.randn(len(place), files.config["in_channels"]).bfloat16()
    return forward(network, prepared, latent, torch.full((len(place),), 900.0), (0, 1))


def _network(card: str) -> PartFiles:
    return next(files for files in all_variants()[card].kinds if files.part == "network")


def _descriptor(card: str, files: PartFiles) -> Descriptor:
    return Descriptor(card, card[:3], "", "{}", (files,), "zeros")


def _plan(residence: Residence) -> Plan:
    return Plan((PartPlan("network", Precision.BF16, residence),))


def compare(case: Case, folder: Path, keep: bool) -> str:
    """A row of the table."""
    path = folder / f"{case.card}.safetensors"
    files = _network(case.card)
    if not path.exists():
        files = write_network(path, files)
    frames, rows, columns = GRID
    patches = 4 if case.card.startswith("wan") else 1
    work = NetworkWork("network", frames * rows * columns // patches, PROMPT, 2, 1)
    machine = Machine("here", "cpu", 2**50, 2**50, 1e12)
    said = forecast(_descriptor(case.card, files), Workload((work,)), _plan(case.residence), machine).host_peak
    found = measure("families_memory:step", {"card": case.card, "residence": case.residence, "path": str(path)}, 3600)
    size = path.stat().st_size
    if not keep:
        path.unlink()
    numbers = [size / 1e9, said / 1e9, found.host_peak / 1e9, said / found.host_peak, found.processor_seconds]
    return f"| {case.card} | {case.residence} | " + " | ".join(f"{number:.2f}" for number in numbers) + " |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", choices=[case.card for case in CASES])
    parser.add_argument("--keep", action="store_true", help="keep the written weights")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print("| network | weights are there | file GB | forecast GB | measured GB | ratio | processor s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    show = partial(print, flush=True)
    for case in CASES:
        if options.only and case.card not in options.only:
            continue
        show(compare(case, options.folder, options.keep))


if __name__ == "__main__":
    main()

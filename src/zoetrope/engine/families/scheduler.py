"""The noise levels that a published checkpoint's scheduler visits, and the step rule of ours that is its own.

Takes the levels from the scheduler class itself, a fresh object each time, so that nothing of a request stays on one.
Knows no family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from zoetrope.core.errors import Unsupported
from zoetrope.engine.denoise import Step, euler, unipc
from zoetrope.engine.families.libraries import need

_STEPS: Mapping[str, Step] = {"UniPCMultistepScheduler": unipc, "FlowMatchEulerDiscreteScheduler": euler}
_UNIPC: Mapping[str, tuple[Any, Any]] = {  # what our step is, and what the class takes where its config is silent
    "solver_order": (2, 2),
    "solver_type": ("bh2", "bh2"),
    "predict_x0": (True, True),
    "lower_order_final": (True, True),
    "use_flow_sigmas": (True, False),
    "prediction_type": ("flow_prediction", "epsilon"),
}


@dataclass(frozen=True, eq=False)
class Schedule:
    """Noise levels, and what the network is told at each of them.

    Shapes: sigmas (steps + 1,) float32, the last one 0; timesteps (steps,), whole numbers where the scheduler's are.
    """

    sigmas: Tensor
    timesteps: Tensor
    step: Step

    def told(self, sigma: float) -> float:
        """What the network is told at a level of this schedule."""
        return float(self.timesteps[int((self.sigmas[:-1] - sigma).abs().argmin())])


def schedule_of(
    kind: str, config: Mapping[str, Any], steps: int, mu: float | None = None, *, levels: Sequence[float] | None = None
) -> Schedule:
    """The schedule of a scheduler class with its config. `mu` is the shift of those that depend on the canvas.

    `levels` stand in for the class's own choice, before its shift; there are as many as steps, and no 0 among them.
    Raises: Unsupported for schedulers whose steps are none of ours.
    """
    rules = _UNIPC if kind == "UniPCMultistepScheduler" else {}
    odd = [name for name, (ours, default) in rules.items() if config.get(name, default) != ours]
    if kind not in _STEPS or odd:
        said = ", ".join(f"{name}={config.get(name)!r}" for name in odd)
        raise Unsupported(
            f"the checkpoint's scheduler {kind} {said} has no equal here; use {' or '.join(_STEPS)} on flow sigmas."
        )
    scheduler = need("diffusers", kind).from_config(dict(config))
    asked: dict[str, Any] = {"num_inference_steps": steps} if levels is None else {"sigmas": list(levels)}
    scheduler.set_timesteps(**asked, **({} if mu is None else {"mu": mu}))
    return Schedule(scheduler.sigmas.float(), scheduler.timesteps, _STEPS[kind])

"""Where checkpoints lie on this machine, and where they are fetched from. Knows no checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.home import home_folder

Source = Literal["huggingface", "modelscope"]


@dataclass(frozen=True)
class Models:
    """The folder of checkpoints and the settings around it. `territory` is an ISO 3166 code, or None if not said."""

    folder: Path
    territory: str | None = None
    source: Source = "huggingface"
    endpoint: str | None = None


def open_models(environment: Mapping[str, str]) -> Models:
    """Settings from an environment: ZOETROPE_MODELS, ZOETROPE_TERRITORY, ZOETROPE_MODEL_SOURCE and HF_ENDPOINT.

    Raises: InvalidRequest for a source that is none.
    """
    folder = environment.get("ZOETROPE_MODELS")
    source = environment.get("ZOETROPE_MODEL_SOURCE") or "huggingface"
    if source not in get_args(Source):
        raise InvalidRequest(f"ZOETROPE_MODEL_SOURCE was {source!r}; it must be one of {', '.join(get_args(Source))}.")
    return Models(
        Path(folder).expanduser() if folder else home_folder(environment) / "models",
        environment.get("ZOETROPE_TERRITORY") or None,
        "modelscope" if source == "modelscope" else "huggingface",
        environment.get("HF_ENDPOINT") or None if source == "huggingface" else None,
    )

"""Where checkpoints lie on this machine, and where they are fetched from. Knows no checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.home import home_folder

UNFINISHED = ".part"  # ends the names of files and folders that are not all there yet
Source = Literal["huggingface", "modelscope"]
_MODELSCOPE = ("MODELSCOPE_ENDPOINT", "MODELSCOPE_API_TOKEN")


@dataclass(frozen=True)
class Models:
    """The folder of checkpoints and the settings around it.

    `territory` is an ISO 3166 code, or None if not said; `endpoint` stands in for the address of the source, and
    `token` is what the source gave to those whom it lets in.
    """

    folder: Path
    territory: str | None = None
    source: Source = "huggingface"
    endpoint: str | None = None
    token: str | None = field(default=None, repr=False)


def open_models(environment: Mapping[str, str]) -> Models:
    """Settings from an environment: ZOETROPE_MODELS, ZOETROPE_TERRITORY, ZOETROPE_MODEL_SOURCE, and the hubs' own.

    Those are HF_ENDPOINT and HF_TOKEN, or MODELSCOPE_ENDPOINT and MODELSCOPE_API_TOKEN.
    Raises: InvalidRequest for a source that is none.
    """
    folder = environment.get("ZOETROPE_MODELS")
    source = environment.get("ZOETROPE_MODEL_SOURCE") or "huggingface"
    if source not in get_args(Source):
        raise InvalidRequest(f"ZOETROPE_MODEL_SOURCE was {source!r}; it must be one of {', '.join(get_args(Source))}.")
    endpoint, token = ("HF_ENDPOINT", "HF_TOKEN") if source == "huggingface" else _MODELSCOPE
    return Models(
        Path(folder).expanduser() if folder else home_folder(environment) / "models",
        environment.get("ZOETROPE_TERRITORY") or None,
        "modelscope" if source == "modelscope" else "huggingface",
        environment.get(endpoint) or None,
        environment.get(token) or None,
    )

"""A checkpoint folder in the layout of diffusers, described without opening its weights. Knows no network."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zoetrope.core.errors import WeightsError
from zoetrope.engine.checkpoints.beside import beside, read_config
from zoetrope.engine.checkpoints.headers import PICKLES
from zoetrope.engine.families.descriptor import Descriptor, PartFiles

if TYPE_CHECKING:
    from zoetrope.engine.checkpoints.cards import Card

PARTS: Mapping[str, str] = MappingProxyType(
    {
        **{"transformer": "network", "transformer_2": "network_low", "unet": "network"},
        **{"text_encoder": "text", "text_encoder_2": "text_2", "tokenizer": "tokeniser", "tokenizer_2": "tokeniser_2"},
        **{"image_encoder": "vision", "image_processor": "vision_processor", "feature_extractor": "vision_processor"},
        **{"vae": "codec", "audio_vae": "sound_codec", "vocoder": "vocoder", "connectors": "connectors"},
        **{"latent_upsampler": "upsampler", "scheduler": "scheduler"},
    }
)
"""Our words for the names in a model_index.json; what is not here no family uses."""

_CONFIGS = ("config.json", "scheduler_config.json", "guider_config.json", "preprocessor_config.json")
# Networks that a family understands, and how the names of their own pipelines begin: others are built around them too.
_FAMILIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "WanTransformer3DModel": ("Wan", "wan"),
        "WanVACETransformer3DModel": ("WanVACE", "wan"),
        "WanAnimateTransformer3DModel": ("WanAnimate", "wan"),
        "LTXVideoTransformer3DModel": ("LTX", "ltx"),
        "LTX2VideoTransformer3DModel": ("LTX2", "ltx"),
        "HunyuanVideo15Transformer3DModel": ("HunyuanVideo15", "hunyuan"),
    }
)
_WITHOUT_WEIGHTS = ("Tokenizer", "Processor", "FeatureExtractor", "Scheduler")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def describe_folder(path: Path, card: Card | None = None) -> Descriptor:
    """Say what lies in a folder: its parts, their configs and files, and which family it is of.

    Raises: WeightsError if it is no such folder, or a part's config or a shard is missing.
    """
    index = _read_json(path / "model_index.json", path)
    pipeline = str(index.get("_class_name", ""))
    named = tuple(_parts(path, index))
    networks = [part for part in named if part.part == "network"]
    if not networks:
        raise WeightsError(
            f"{path}: its model_index.json ({pipeline or 'no pipeline'}) names no network to denoise with."
        )
    parts = (*named, *_beside(path, networks[0], {part.part for part in named}))
    return Descriptor(
        name=card.name if card else path.resolve().name,
        family=_family(pipeline, parts),
        pipeline=pipeline,
        settings_text=_text(_settings(path, index)),
        parts=parts,
        identity=identity(parts),
        card=card.name if card else None,
        root=path,
    )


def identity(parts: Iterable[PartFiles]) -> str:
    """One digest over configs and the names, sizes and times of files; equal digests are equal weights."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(_text([part.part, part.kind, part.config_text, part.layout]).encode())
        for file in part.files:
            facts = file.stat()
            digest.update(_text([file.name, facts.st_size, facts.st_mtime_ns]).encode())
    return digest.hexdigest()


def _family(pipeline: str, parts: tuple[PartFiles, ...]) -> str:
    """By pipeline and network together: what no family understands goes over the bridge."""
    network = next(part.kind for part in parts if part.part == "network")
    prefix, family = _FAMILIES.get(network, ("", "bridge"))
    return family if pipeline.startswith(prefix) else "bridge"


def _parts(path: Path, index: Mapping[str, Any]) -> Iterable[PartFiles]:
    for name, found in index.items():
        if name not in PARTS or not isinstance(found, list) or len(found) != 2 or not all(found):
            continue
        library, kind = map(str, found)
        if not _WORD.fullmatch(library) or not _WORD.fullmatch(kind):
            raise WeightsError(f"{path / 'model_index.json'} names {library}.{kind} for {name}, which is no class.")
        yield _part(path / name, PARTS[name], library, kind)


def _beside(path: Path, network: PartFiles, named: set[str]) -> Iterable[PartFiles]:
    """Parts of folders that the index does not name. Raises: WeightsError where a config lacks what it must say."""
    for place in beside(network.config):
        folder = path / place.folder
        if place.part in named or not (folder / "config.json").is_file():
            continue
        config = _read_json(folder / "config.json", folder)
        if config.get("_class_name") != place.published:
            continue
        try:
            text = _text(read_config(place, config))
        except (KeyError, IndexError, TypeError, ZeroDivisionError) as error:
            raise WeightsError(f"{folder / 'config.json'} does not say its {error}; pull or copy it again.") from error
        yield PartFiles(place.part, place.kind, place.library, text, weight_files(folder), place.layout, folder)


def _part(folder: Path, part: str, library: str, kind: str) -> PartFiles:
    if library not in ("diffusers", "transformers"):
        library = f"diffusers.pipelines.{library}"
    if not folder.is_dir():
        raise WeightsError(
            f"{folder} is missing; the checkpoint needs it for its {part} ({kind}); pull or copy it again."
        )
    light = any(word in kind for word in _WITHOUT_WEIGHTS)
    config = {} if "Tokenizer" in kind else _read_config(folder, optional=light)
    files = () if light else weight_files(folder, library)
    return PartFiles(part, kind, library, _text(config), files, "diffusers", folder)


def weight_files(folder: Path, library: str = "diffusers") -> tuple[Path, ...]:
    """All shards of the weights in a part's folder, those of full precision before variants.

    Raises: WeightsError if there are none, only pickles, or a shard that the index names is missing.
    """
    indices = plainest((file.name for file in folder.glob("*.safetensors.index.json")), library)
    if indices:
        return _shards(folder, folder / indices[0])
    whole = (file.name for file in folder.glob("*.safetensors") if "-of-" not in file.name)
    for name in plainest(whole, library):
        return (folder / name,)
    if parts := sorted(folder.glob("*-of-*.safetensors")):
        raise WeightsError(
            f"{folder} holds {parts[0].name} without the index of its shards (*.safetensors.index.json)."
        )
    for file in sorted(folder.iterdir()):
        if file.suffix in PICKLES:
            raise WeightsError(
                f"{file} is a pickle, which can run any code when it is read, so it was not opened; "
                "get the .safetensors files of this checkpoint."
            )
    raise WeightsError(f"{folder} holds no .safetensors file; pull or copy the checkpoint again.")


def plainest(names: Iterable[str], library: str) -> list[str]:
    """The files that a library itself writes come first, and variants such as model.fp16.safetensors last."""
    stem = "model" if library == "transformers" else "diffusion_pytorch_model"
    return sorted(names, key=lambda name: (not name.startswith((f"{stem}.", f"{stem}-")), name.count("."), name))


def _shards(folder: Path, index: Path) -> tuple[Path, ...]:
    names = _read_json(index, folder).get("weight_map", {})
    if not isinstance(names, dict) or not names:
        raise WeightsError(f"{index} names no shards.")
    files = []
    for name in sorted(set(map(str, names.values()))):
        if Path(name).name != name or not name.endswith(".safetensors"):
            raise WeightsError(f"{index} names the shard {name!r}; shards are .safetensors files beside their index.")
        if not (folder / name).is_file():
            raise WeightsError(
                f"{folder / name} is missing, which {index.name} names; pull or copy the checkpoint again."
            )
        files.append(folder / name)
    return tuple(files)


def _settings(path: Path, index: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values of the index, and the config of a guider, which is a setting and no part."""
    plain = {key: value for key, value in index.items() if not key.startswith("_") and not isinstance(value, list)}
    if isinstance(index.get("guider"), list) and (path / "guider" / "guider_config.json").is_file():
        plain["guider"] = _read_json(path / "guider" / "guider_config.json", path)
    return plain


def _read_config(folder: Path, optional: bool) -> dict[str, Any]:
    for name in _CONFIGS:
        if (folder / name).is_file():
            return _read_json(folder / name, folder)
    if optional:
        return {}
    raise WeightsError(f"{folder / 'config.json'} is missing; pull or copy the checkpoint again.")


def _read_json(file: Path, folder: Path) -> dict[str, Any]:
    if not file.is_file():
        raise WeightsError(f"{folder} holds no {file.name}, so it is no checkpoint folder in the layout of diffusers.")
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WeightsError(f"{file} is not JSON ({error}); pull or copy it again.") from error
    if not isinstance(found, dict):
        raise WeightsError(f"{file} holds no JSON object; pull or copy it again.")
    return found


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)

"""From a path or the name of a card to a descriptor. Opens headers at most, never weights."""

from __future__ import annotations

from pathlib import Path

from zoetrope.core.errors import InvalidRequest, WeightsError
from zoetrope.engine.checkpoints.cards import Card, cards, check_territory
from zoetrope.engine.checkpoints.folder import describe_folder
from zoetrope.engine.checkpoints.headers import refuse_pickle
from zoetrope.engine.checkpoints.models_folder import Models
from zoetrope.engine.checkpoints.single import describe_single
from zoetrope.engine.checkpoints.tensors import read_entries
from zoetrope.engine.families.descriptor import Descriptor

FILES = (".safetensors", ".gguf")


def describe(path: Path, models: Models) -> Descriptor:
    """Say what lies at a path: a folder in the layout of diffusers, or one file of a network.

    Raises: WeightsError for anything else, for damaged files, and for pickles, which are not opened; Unsupported for a
    kind of GGUF that is not read; Refused by territory.
    """
    if path.is_dir():
        return _checked(describe_folder(path, _card_of(path, models)))
    refuse_pickle(path)
    if not path.is_file():
        raise WeightsError(f"{path} is missing; give a checkpoint's folder, or its .safetensors or .gguf file.")
    if path.suffix.lower() not in FILES:
        raise WeightsError(
            f"{path} is no checkpoint; that is a folder in the layout of diffusers, or a file that ends in "
            f"{' or '.join(FILES)}."
        )
    return _checked(describe_single(path, models))


def describe_card(name: str, models: Models) -> Descriptor:
    """Say what lies in the folder of a card that was pulled.

    Raises: InvalidRequest for an unknown name; Refused by territory; WeightsError if it is not here or damaged.
    """
    card = cards().get(name)
    if card is None:
        raise InvalidRequest(f"there is no checkpoint {name!r}; `zoetrope models` lists them, and a path may be given.")
    check_territory(card, models.territory)
    if not (models.folder / name).is_dir():
        raise WeightsError(f"{name} is not in {models.folder}; fetch it with `zoetrope models pull {name}`.")
    return _checked(describe_folder(models.folder / name, card))


def _checked(descriptor: Descriptor) -> Descriptor:
    """Read every header, so that what is truncated or of an unknown kind is said before anything long begins."""
    for part in descriptor.parts:
        for file in part.files:
            read_entries(file)
    return descriptor


def _card_of(path: Path, models: Models) -> Card | None:
    """The card of a folder that was pulled; other folders have none, whatever they are called."""
    if path.resolve().parent != models.folder.resolve() or path.name not in cards():
        return None
    check_territory(cards()[path.name], models.territory)
    return cards()[path.name]

"""What a manifest says about a release, in the words of C2PA: who made it from what, and which marks bind to it.

Values in, JSON out: it signs nothing and opens no file. The prompt is left out unless it is given on purpose.
Source: C2PA Technical Specification 2.2, sections 18.14 (actions), 18.10 (soft bindings) and 18.16 (ingredients).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from zoetrope.release.asset import Ingredient
from zoetrope.release.profiles import law

RELEASE = "invalid.zoetrope.release"  # our own assertion: what no standard one has a place for
GENERATOR = "Zoetrope"

_PARENT, _PART, _INPUT = "parentOf", "componentOf", "inputTo"


@dataclass(frozen=True)
class SoftBinding:
    """An invisible mark that leads back to a release: the name of its method and the id it carries, as text."""

    method: str
    value: str


@dataclass(frozen=True)
class Manifest:
    """What is said of one release.

    `id` is how every layer names it; `generated` says whether a trained model made it, or made a part of it. `prompt`
    is there only where somebody asked for it.
    """

    title: str
    id: str
    when: datetime
    checkpoint: str
    version: str
    provider: str = ""
    profile: str = "default"
    bindings: tuple[SoftBinding, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()
    generated: bool = True
    prompt: str | None = None


def untitled() -> Manifest:
    """A manifest about nothing, to try a key with."""
    return Manifest("", "0", datetime.now(UTC), "none", "0")


def as_json(manifest: Manifest, kind: str) -> dict[str, Any]:
    """The manifest as C2PA builders take it; ingredients are added with their files by who signs. `kind` is MIME."""
    assertions = [
        {"label": "c2pa.actions.v2", "data": {"actions": actions(manifest)}},
        *({"label": "c2pa.soft-binding", "data": _binding(binding)} for binding in manifest.bindings),
        {"label": RELEASE, "data": _release(manifest)},
    ]
    return {
        "claim_generator_info": [{"name": GENERATOR, "version": manifest.version}],
        "title": manifest.title,
        "format": kind,
        "assertions": assertions,
    }


def _binding(binding: SoftBinding) -> dict[str, Any]:
    return {"alg": binding.method, "blocks": [{"scope": {}, "value": binding.value}]}


def actions(manifest: Manifest) -> list[dict[str, Any]]:
    """What was done: created by a model, or opened and edited by one; then marked."""
    when = manifest.when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    agent = {"name": manifest.checkpoint, "version": manifest.version}
    made = {"when": when, "softwareAgent": agent, "digitalSourceType": _source_type(manifest)} | _using(
        manifest, _INPUT
    )
    opened = [{"action": "c2pa.opened", "when": when} | used for used in [_using(manifest, _PARENT)] if used]
    placed = [{"action": "c2pa.placed", "when": when} | used for used in [_using(manifest, _PART)] if used]
    done = [*opened, *placed, {"action": "c2pa.edited" if opened else "c2pa.created"} | made]
    return [*done, {"action": "c2pa.watermarked.bound", "when": when}] if manifest.bindings else done


def _using(manifest: Manifest, relation: str) -> dict[str, Any]:
    """The parameters of an action that took all ingredients of one relation; empty when there are none."""
    labels = [_label(i) for i in range(len(manifest.ingredients)) if _relation(manifest, i) == relation]
    return {"parameters": {"ingredientIds": labels}} if labels else {}


def _relation(manifest: Manifest, index: int) -> str:
    """What C2PA calls the way an ingredient was used; it allows one parent, so of two bridged clips one is a part."""
    if manifest.ingredients[index].relation != "parent":
        return _INPUT
    return _PART if any(given.relation == "parent" for given in manifest.ingredients[:index]) else _PARENT


def _source_type(manifest: Manifest) -> str:
    if not manifest.generated:
        return law("source_type_drawn")
    edited = any(given.relation == "parent" for given in manifest.ingredients)
    return law("source_type_composite" if edited else "source_type_generated")


def _label(index: int) -> str:
    return f"given-{index}"


def ingredient_json(manifest: Manifest, index: int) -> dict[str, Any]:
    """How an ingredient is described; its own manifests are taken over whole from its file, where there is one."""
    label, title = _label(index), manifest.ingredients[index].title
    return {"title": title, "relationship": _relation(manifest, index), "label": label, "instance_id": label}


def _release(manifest: Manifest) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": manifest.id,
        "provider": manifest.provider,
        "system": GENERATOR,
        "version": manifest.version,
        "checkpoint": manifest.checkpoint,
        "profile": manifest.profile,
        "time": manifest.when.astimezone(UTC).isoformat(timespec="seconds"),
        "inputs": [_found(given) for given in manifest.ingredients],
    }
    return said | ({"prompt": manifest.prompt} if manifest.prompt is not None else {})


def _found(given: Ingredient) -> Mapping[str, str]:
    """What an input carried: labels and marks that must not be lost when it becomes part of something else."""
    said = {"title": given.title, "relation": given.relation, "sha256": given.sha256}
    mark = {"mark": f"{given.mark:012x}"} if given.mark is not None else {}
    return said | mark | ({"aigc": given.aigc} if given.aigc else {})

"""YAML that people write, read strictly: a key that stands twice is a slip, and no value is dropped in silence."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

from zoetrope.core.errors import InvalidRequest

MERGE = "<<"  # takes in what other mappings say; it may stand several times


class _Strict(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        there: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != MERGE:
                if key.value in there:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
                there.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(text: str, where: str) -> Any:
    """What a text says in YAML or JSON; where names it in errors.

    Raises: InvalidRequest where it is neither, or a key stands twice in one mapping.
    """
    try:
        return yaml.load(text, Loader=_Strict)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidRequest(f"{where} is not valid YAML: {' '.join(str(error).split())}.") from None

"""YAML is read strictly."""

import pytest

from zoetrope.cli.yamls import read_yaml
from zoetrope.core.errors import InvalidRequest


def test_yaml_and_json_are_read() -> None:
    assert read_yaml("a: 1\nb: {a: 2}", "it") == {"a": 1, "b": {"a": 2}}
    assert read_yaml('[{"a": 1}, {"a": 2}]', "it") == [{"a": 1}, {"a": 2}]
    assert read_yaml("- &x {a: 1}\n- {<<: *x, <<: *x, b: 2}", "it")[1] == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("prompt: a\nseed: 1\nprompt: b", "'prompt' stands twice .*line 3"),
        ('{"seed": 1, "seed": 2}', "'seed' stands twice"),
        ("- a: {b: 1, b: 2}", "'b' stands twice"),
        ("a: [", "it is not valid YAML"),
        ("? [a]\n: 1", "unhashable|valid YAML"),
    ],
)
def test_what_is_no_yaml_or_says_a_key_twice_is_refused(text: str, why: str) -> None:
    with pytest.raises(InvalidRequest, match=why):
        read_yaml(text, "it")

"""The list of prompts is fixed, fair and asks only for what can be."""

from collections import Counter

import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.evaluation.axes import AXES, NO_SECOND
from zoetrope.evaluation.prompts import prompts, stating
from zoetrope.training.world.casting import combination_held_out


def test_the_list_is_long_enough_and_always_the_same():
    first = prompts()
    prompts.cache_clear()
    assert prompts() == first
    assert len(first) >= 300
    assert len({prompt.seed for prompt in first}) == len(first)


def test_every_value_of_every_axis_is_asked_for_in_both_languages():
    for language in ("en", "zh"):
        asked = Counter((a, v) for p in prompts() if p.language == language for a, v in p.expected.items())
        for axis, values in AXES.items():
            missing = [value for value in values if not asked[axis, value]]
            assert not missing or axis == "then", (language, axis, missing)


def test_main_axes_are_balanced():
    balanced = [prompt for prompt in prompts() if prompt.group == "balanced"]
    for axis in ("colour", "setting", "camera"):
        counts = Counter(prompt.expected[axis] for prompt in balanced)
        assert max(counts.values()) <= 1.5 * min(counts.values()), counts


def test_held_out_combinations_are_only_where_they_are_meant():
    held = Counter(prompt.held_out for prompt in prompts() if prompt.held_out)
    assert sum(held.values()) >= 40
    assert len(held) == 5
    assert min(held.values()) >= 8
    for prompt in prompts():
        if not prompt.held_out:
            assert not combination_held_out(prompt.expected | {"material": prompt.material}), prompt.text


def test_only_robots_talk():
    for prompt in prompts():
        if "talks" in (prompt.expected["action"], prompt.expected.get("then")):
            assert prompt.expected["object"] == "robot"


def test_any_beginning_is_a_fair_sample():
    groups = Counter(prompt.group for prompt in prompts()[:60])
    assert set(groups) == {"balanced", "talking", "order", "held-out"}


def test_prompts_are_chosen_by_what_they_ask_for():
    paced = stating(prompts(), ("pace",))
    assert 0 < len(paced) < len(prompts())
    assert all("pace" in prompt.expected for prompt in paced)
    both = stating(prompts(), ("pace", "then"))
    assert len(both) > len(paced)
    assert all("pace" in p.expected or p.expected["then"] != NO_SECOND for p in both)
    with pytest.raises(InvalidRequest, match="no axis speed"):
        stating(prompts(), ("speed",))

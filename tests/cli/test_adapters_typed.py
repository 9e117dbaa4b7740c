import pytest

from zoetrope.cli.adapters import read_adapter
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Adapter


def test_a_file_and_its_strength_are_split_at_the_last_at(tmp_path):
    assert read_adapter("style.safetensors") == Adapter("style.safetensors")
    assert read_adapter("by@me.safetensors@0.8") == Adapter("by@me.safetensors", 0.8)
    assert read_adapter("a.safetensors@low") == Adapter("a.safetensors", expert="low")
    assert read_adapter("a.safetensors@0.5@high") == Adapter("a.safetensors", 0.5, "high")
    odd = tmp_path / "a@b"
    odd.touch()
    assert read_adapter(str(odd)) == Adapter(str(odd))


@pytest.mark.parametrize("typed", ["style.safetensors@much", "style.safetensors@99"])
def test_a_strength_that_is_none_is_refused(typed):
    with pytest.raises(InvalidRequest, match="strength"):
        read_adapter(typed)

"""Words are looked at before anything else is said of them, and a prompt is told only on demand."""

import pytest
from tiny_family import Tiny

from zoetrope.core.errors import Refused
from zoetrope.core.events import Notice
from zoetrope.core.request import Request
from zoetrope.release.credentials import read_credentials
from zoetrope.release.door_policy import open_policy
from zoetrope.render.likeness import Likenesses
from zoetrope.render.shoot import generate_to


class Naming(Tiny):
    """A family that names the words of a prompt, as one does that does not know them."""

    def check(self, request):
        return (Notice(f"unknown words: {request.prompt}"),)


def ask(prompt):
    return Request(prompt, size="48x32", seconds=1, seed=7)


def test_a_listed_word_is_never_said_again(tmp_path, home):
    heard = []
    with pytest.raises(Refused) as refused:
        generate_to(
            tmp_path / "a.mp4",
            ask("a porn film"),
            open_policy(home),
            Likenesses(home),
            family=Naming(),
            on_event=heard.append,
        )
    assert heard == []
    assert "porn" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_the_credentials_hold_the_prompt_on_demand(tmp_path, home):
    for name, tell in (("a.mp4", False), ("b.mp4", True)):
        shot = generate_to(
            tmp_path / name, ask("bright things"), open_policy(home), Likenesses(home), family=Tiny(), tell_prompt=tell
        )
        said = read_credentials(shot.asset.path).release or {}
        assert said.get("prompt") == ("bright things" if tell else None)

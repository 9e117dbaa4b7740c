"""What tests of the door share: a house of their own, with registry and local root."""

import pytest

from zoetrope.release.door_policy import open_policy


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    return open_policy(tmp_path_factory.mktemp("house"))

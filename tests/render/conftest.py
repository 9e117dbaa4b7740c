"""What tests of shots share: the terms of a house whose folder goes with the test run."""

import pytest

from zoetrope.release.door_policy import open_policy
from zoetrope.render.likeness import Likenesses
from zoetrope.render.terms import Terms


@pytest.fixture(scope="session")
def terms(home):
    return Terms(open_policy(home), Likenesses(home))


@pytest.fixture(scope="session")
def policy(terms):
    return terms.policy

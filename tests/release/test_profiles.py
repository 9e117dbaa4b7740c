"""Every legal constant has a source and a date, and every profile says what its law asks."""

from datetime import date

import pytest
import yaml

from zoetrope.core.errors import InvalidRequest
from zoetrope.media.xmp import AIGC
from zoetrope.release import profiles
from zoetrope.release.profiles import Profile, check_words, constant, law, read_profile


def constants() -> list[str]:
    return list(profiles._file()["constants"])


@pytest.mark.parametrize("name", constants())
def test_every_constant_says_where_it_stands(name):
    found = constant(name)
    assert found.source
    assert found.says
    assert isinstance(found.read, date)
    assert found.how in ("text", "quoted")
    assert found.since is None or found.since <= found.read


@pytest.mark.parametrize("name", profiles.names())
def test_every_profile_is_whole(name):
    profile = read_profile(name)
    assert isinstance(profile, Profile)
    assert 1 <= profile.least_layers <= 4
    assert profile.visible.least_height >= 0.05
    assert profile.visible.seconds is None or profile.visible.seconds >= 2


def test_the_profiles_that_the_issue_names_are_there():
    assert set(profiles.names()) == {"default", "cn", "eu", "us-ca"}


def test_china_labels_the_whole_clip_and_names_origin_and_making():
    profile = read_profile("cn")
    assert profile.visible.seconds is None
    assert profile.needs_provider
    for words in ("AI", "生成", "a film"):
        with pytest.raises(InvalidRequest, match="must name one of"):
            check_words(words, profile.visible.must_name)
    check_words("人工智能合成", profile.visible.must_name)


def test_europe_wants_two_machine_readable_layers_and_a_signature():
    profile = read_profile("eu")
    assert profile.least_layers == 2
    assert profile.needs_signature


def test_the_key_of_the_label_is_the_one_that_media_writes():
    assert law("aigc_key") == AIGC


def test_an_unknown_profile_is_named_with_those_that_exist():
    with pytest.raises(InvalidRequest, match="us-ca"):
        read_profile("mars")


def test_the_data_file_is_plain_data():
    text = profiles.resources.files("zoetrope.release").joinpath("law.yaml").read_text("utf-8")
    assert yaml.safe_load(text).keys() == {"constants", "profiles"}

"""What --precision, --memory and --compile come to."""

import os

import pytest

from zoetrope.cli.options import Settings
from zoetrope.cli.wishes import read_wish
from zoetrope.core.errors import InvalidRequest
from zoetrope.engine.compiling import KEPT
from zoetrope.engine.memory.plan import Precision, Wish


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("ZOETROPE_HOME", str(tmp_path))
    monkeypatch.setenv(KEPT, "")
    monkeypatch.delenv(KEPT)


def test_nothing_is_wished_for_unasked():
    assert read_wish(Settings()) == Wish()
    assert KEPT not in os.environ


def test_what_is_asked_for(tmp_path):
    asked = Settings(precision="INT8", memory="12GB", compile=True)
    assert read_wish(asked) == Wish(Precision.INT8, 12 * 10**9, compiled=True)
    assert os.environ[KEPT] == str(tmp_path / "compiled")


def test_a_precision_that_is_none():
    with pytest.raises(InvalidRequest, match="precision was 'int7'; it is one of f32, bf16, fp8, int8"):
        read_wish(Settings(precision="int7"))

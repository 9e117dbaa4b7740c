"""What tests of pulls share: the files of a published checkpoint, and a folder of models beside a small hub."""

from pathlib import Path

import pytest
from small_hub import SmallHub, read_files
from written_checkpoints import write_folder

from zoetrope.engine.checkpoints.models_folder import Models


@pytest.fixture(scope="session")
def files(tmp_path_factory) -> dict[str, bytes]:
    return read_files(write_folder(tmp_path_factory.mktemp("published")))


@pytest.fixture
def models(hub: SmallHub, tmp_path: Path) -> Models:
    return Models(tmp_path / "models", endpoint=hub.address)

"""Where a user's data lie: the registry, the local root of signatures, consents. Knows nothing of what lies there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def home_folder(environment: Mapping[str, str]) -> Path:
    """The folder of a user's data: ZOETROPE_HOME, else the XDG data folder, else its usual place.

    Source: XDG Base Directory Specification 0.8.
    """
    if own := environment.get("ZOETROPE_HOME"):
        return Path(own).expanduser()
    data = environment.get("XDG_DATA_HOME", "")
    return (Path(data) if Path(data).is_absolute() else Path("~/.local/share").expanduser()) / "zoetrope"

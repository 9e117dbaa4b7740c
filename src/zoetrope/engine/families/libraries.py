"""Network classes of other libraries, imported where they are used and nowhere else.

Knows no family. A package without the extra keeps working, and says so when an open checkpoint is asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

from zoetrope.core.errors import Unsupported


def need(library: str, name: str) -> Any:
    """Take a class or function by its name from a library, which is imported now.

    Raises: Unsupported if the library is absent or has no such name.
    """
    try:
        module = importlib.import_module(library)
    except ImportError as error:
        raise Unsupported(
            f"{name} comes from {library}, which cannot be imported ({error}); it needs the open-weights extra: "
            "pip install 'zoetrope[open]'."
        ) from error
    found = getattr(module, name, None)
    if found is None:
        raise Unsupported(f"{library} has no {name}; this checkpoint was made for another version of {library}.")
    return found

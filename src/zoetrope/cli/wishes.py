"""What the options of every verb that makes a shot say of precision, memory and compiling."""

import os

from zoetrope.cli.options import Settings
from zoetrope.core.home import home_folder
from zoetrope.engine.compiling import keep_compiled_in
from zoetrope.engine.memory.plan import Wish, read_bytes, read_precision


def read_wish(settings: Settings) -> Wish:
    """Read them, and say where what is compiled is kept. Raises: InvalidRequest."""
    if settings.compile:
        keep_compiled_in(home_folder(os.environ) / "compiled")
    return Wish(
        read_precision(settings.precision) if settings.precision is not None else None,
        read_bytes(settings.memory) if settings.memory is not None else None,
        compiled=settings.compile,
    )

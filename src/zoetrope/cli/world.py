"""`zoetrope world`: a contact sheet of the toy stage that the pocket family learns from."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from zoetrope.core.errors import InvalidRequest


def world(
    axis: Annotated[
        str,
        typer.Argument(help="What varies from clip to clip: object, setting, action, camera, ...; or all, or random."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The sheet, a .png.")],
    columns: Annotated[int, typer.Option(help="Clips in a row, or moments of one.")] = 5,
    seed: Annotated[int, typer.Option(help="The same seed draws the same clips.")] = 1,
) -> None:
    """Draw every value of one axis of the toy stage side by side."""
    from zoetrope.media.places import check_output
    from zoetrope.render.house import open_house, time_of_making
    from zoetrope.render.pictures import keeper

    if output.suffix.lower() != ".png":
        raise InvalidRequest(f"the sheet was to be {output}; it is a picture, so let the name end in .png.")
    check_output(output)
    import numpy as np

    from zoetrope.training.world.contact_sheet import contact_sheet

    began = time.perf_counter()
    keep = keeper(open_house(os.environ), "toy stage", time_of_making(os.environ), generated=False)
    keep(output, np.asarray(contact_sheet(axis, columns=columns, seed=seed)))
    print(f"{output}: the axis {axis}, drawn in {time.perf_counter() - began:.1f} s")

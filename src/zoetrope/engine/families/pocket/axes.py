"""The axes of the world that pocket knows, each with its values: every question that a prompt answers.

The order of the values is that of the weights that ship. Needs no torch.
"""

AXES: dict[str, tuple[str, ...]] = {  # of a thing
    "object": ("ball", "cube", "star", "ring", "car", "boat", "bird", "fish", "lantern", "robot"),
    "colour": ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "white", "black"),
    "size": ("small", "large"),
    "surface": ("plain", "striped", "dotted", "checked"),
    "material": ("rubber", "wood", "metal", "glass"),
}
STAGE: dict[str, tuple[str, ...]] = {
    "setting": ("meadow", "beach", "city", "snowfield", "desert", "room", "sea", "stage"),
    "light": ("day", "sunset", "night"),
    "weather": ("clear", "rain", "snow", "petals"),
    "style": ("plain", "ink wash", "pencil sketch", "neon", "pixel art"),
}
ACTIONS = (
    *("bounces", "falls", "rolls", "slides", "flies", "swings"),
    *("floats", "jumps", "spins", "rebounds", "collides", "talks"),
)
ASKED: dict[str, tuple[str, ...]] = {
    **AXES,
    **STAGE,
    "action": ACTIONS,
    "pace": ("normal", "slowly", "fast"),
    "camera": (
        *("static", "pan left", "pan right", "tilt up", "tilt down"),
        *("push in", "pull back", "orbit left", "orbit right"),
    ),
    "then": ACTIONS,
    "second_object": AXES["object"],
    "second_colour": AXES["colour"],
    "cut": ("closer", "wider"),
}

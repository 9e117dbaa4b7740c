"""English phrase tables of the captions: data only."""

from __future__ import annotations

# (third person, -ing form); {other} is the thing that is hit.
VERBS: dict[str, tuple[tuple[str, str], ...]] = {
    "bounces": (
        ("bounces", "bouncing"),
        ("bounces up and down", "bouncing up and down"),
        ("keeps bouncing", "bouncing again and again"),
        ("bounces along", "bouncing along"),
    ),
    "falls": (
        ("falls", "falling"),
        ("falls down", "falling down"),
        ("drops", "dropping"),
        ("drops to the ground", "dropping to the ground"),
        ("falls from above", "falling from above"),
    ),
    "rolls": (("rolls", "rolling"), ("rolls along", "rolling along"), ("rolls forward", "rolling forward")),
    "slides": (("slides", "sliding"), ("glides", "gliding"), ("slides along", "sliding along")),
    "flies": (
        ("flies", "flying"),
        ("flies by", "flying by"),
        ("flies past", "flying past"),
        ("soars", "soaring"),
        ("flies through the air", "flying through the air"),
    ),
    "swings": (
        ("swings", "swinging"),
        ("swings back and forth", "swinging back and forth"),
        ("swings on a rope", "swinging on a rope"),
        ("sways like a pendulum", "swaying like a pendulum"),
    ),
    "floats": (("floats", "floating"), ("hovers", "hovering"), ("floats up and down", "floating up and down")),
    "jumps": (("jumps", "jumping"), ("leaps", "leaping"), ("jumps up", "jumping up"), ("hops", "hopping")),
    "spins": (
        ("spins", "spinning"),
        ("rotates", "rotating"),
        ("spins in place", "spinning in place"),
        ("twirls", "twirling"),
        ("turns round and round", "turning round and round"),
    ),
    "rebounds": (
        ("rebounds from the wall", "rebounding from the wall"),
        ("bounces off the wall", "bouncing off the wall"),
        ("hits the wall and comes back", "hitting the wall and coming back"),
        ("hits a wall and rebounds", "hitting a wall and rebounding"),
    ),
    "collides": (
        ("collides with {other}", "colliding with {other}"),
        ("crashes into {other}", "crashing into {other}"),
        ("bumps into {other}", "bumping into {other}"),
        ("runs into {other}", "running into {other}"),
    ),
    "talks": (
        ("talks", "talking"),
        ("speaks", "speaking"),
        ("chats", "chatting"),
        ("says something", "saying something"),
    ),
}
MEETING = ("{one} and {other} collide", "{one} and {other} crash into each other", "{one} and {other} bump together")
SOMETHING = ("something", "another thing", "another object")
NOUNS_FREE = ("thing", "object", "toy")
PACE = {
    "normal": ("at a normal pace", "at normal speed"),
    "slowly": ("slowly", "at a slow pace", "gently and slowly", "in no hurry"),
    "fast": ("fast", "quickly", "at high speed", "rapidly"),
}
PACE_BEFORE = {"normal": (), "slowly": ("slowly",), "fast": ("quickly", "rapidly")}
SURFACE_AFTER = {
    "plain": ("without a pattern", "in one plain colour"),
    "striped": ("with stripes", "with a striped pattern"),
    "dotted": ("with dots", "with round dots", "with a dotted pattern"),
    "checked": ("with a checked pattern", "with checks", "in a checkered pattern"),
}
MATERIAL_AFTER = {
    "rubber": ("made of rubber",),
    "wood": ("made of wood", "carved from wood"),
    "metal": ("made of metal", "of metal"),
    "glass": ("made of glass", "of glass"),
}
PLACE = {
    "meadow": (
        "on a meadow",
        "in a meadow",
        "on the grass",
        "on a grassy field",
        "on a green meadow",
        "on green grass",
    ),
    "beach": ("on a beach", "on the beach", "on a sandy beach", "at the beach"),
    "city": ("in a city", "in the city", "on a city street", "in a town street"),
    "snowfield": ("on a snowfield", "in a snowfield", "on a snowy field", "on snowy ground", "on white snow"),
    "desert": ("in a desert", "in the desert", "among desert dunes", "on desert sand", "on yellow sand dunes"),
    "room": ("in a room", "indoors", "inside a room", "in a living room"),
    "sea": ("on the sea", "at sea", "on the water", "on the ocean", "on the blue sea", "on blue water"),
    "stage": ("on a stage", "on stage", "on the stage of a theatre", "on a theater stage"),
}
PLACE_ABOVE = {
    "meadow": ("over a meadow", "above the grass", "over a green meadow"),
    "beach": ("over a beach", "above the beach"),
    "city": ("over a city", "above a city street"),
    "snowfield": ("over a snowfield", "above a snowy field"),
    "desert": ("over a desert", "above the desert"),
    "room": ("in a room", "through a room"),
    "sea": ("over the sea", "above the ocean", "over the blue ocean"),
    "stage": ("over a stage", "above the stage"),
}
LIGHT = {
    "day": ("by day", "in daylight", "during the day", "in the daytime", "in bright daylight"),
    "sunset": ("at sunset", "at dusk", "in the evening light", "under a sunset sky", "at golden hour"),
    "night": ("at night", "by night", "under a night sky", "after dark", "in the moonlight"),
}
LIGHT_CLAUSE = {
    "day": ("it is daytime", "the sun is up"),
    "sunset": ("the sun is setting", "it is sunset"),
    "night": ("it is night", "the night is dark"),
}
WEATHER = {
    "clear": ("in clear weather", "under a clear sky", "in fine weather"),
    "rain": ("in the rain", "while it rains", "in rainy weather", "under falling rain"),
    "snow": ("in falling snow", "while it snows", "in snowy weather", "as snow falls", "while snow falls"),
    "petals": ("among falling petals", "while petals drift down", "in a shower of petals", "as petals fall"),
}
WEATHER_CLAUSE = {
    "clear": ("the weather is clear", "the sky is clear"),
    "rain": ("it is raining", "rain falls", "rain is pouring down"),
    "snow": ("it is snowing", "snow is falling", "snowflakes come down"),
    "petals": ("petals drift through the air", "petals are falling", "flower petals float down"),
}
STYLE = {
    "plain": ("in a plain style", "in a simple style"),
    "ink wash": ("in ink wash style", "as an ink wash painting", "painted in ink", "in the style of an ink painting"),
    "pencil sketch": ("as a pencil sketch", "drawn in pencil", "in pencil sketch style", "as a pencil drawing"),
    "neon": ("in neon style", "in glowing neon", "with neon lights", "in neon colours"),
    "pixel art": ("as pixel art", "in pixel art style", "in pixel style", "as retro pixel art"),
}
CAMERA = {
    "static": ("the camera stays still", "the camera does not move", "the camera is static"),
    "pan left": ("the camera pans left", "the camera pans to the left", "the camera moves left"),
    "pan right": ("the camera pans right", "the camera pans to the right", "the camera moves right"),
    "tilt up": ("the camera tilts up", "the camera tilts upward", "the camera looks up"),
    "tilt down": ("the camera tilts down", "the camera tilts downward", "the camera looks down"),
    "push in": ("the camera pushes in", "the camera moves closer", "the camera zooms in", "the camera comes near"),
    "pull back": ("the camera pulls back", "the camera moves away", "the camera zooms out", "the camera backs off"),
    "orbit left": ("the camera orbits left", "the camera circles to the left", "the camera orbits to the left"),
    "orbit right": ("the camera orbits right", "the camera circles to the right", "the camera orbits to the right"),
}
SHOT = {
    "static": ("static shot of", "fixed shot of", "locked-off shot of"),
    "pan left": ("pan left across", "left pan following", "pan to the left on"),
    "pan right": ("pan right across", "right pan following", "pan to the right on"),
    "tilt up": ("tilt up on", "upward tilt over"),
    "tilt down": ("tilt down on", "downward tilt over"),
    "push in": ("push-in on", "push in on", "dolly in on", "zoom in on"),
    "pull back": ("pull-back from", "pull back from", "dolly out from", "zoom out from"),
    "orbit left": ("orbit left around", "left orbit around"),
    "orbit right": ("orbit right around", "right orbit around"),
}
SHOT_MANNER = ("slow", "smooth", "gentle", "steady")
SHOT_FREE = ("low angle", "eye level", "full shot", "one take", "cinematic shot")
CAMERA_MANNER = ("slowly", "smoothly", "gently", "steadily")
CUT = {
    "closer": ("cut to a close-up", "then a cut to a closer view", "cut closer"),
    "wider": ("cut to a wide shot", "then a cut to a wider view", "cut wider"),
}
BESIDE = ("next to {other}", "beside {other}", "near {other}", "with {other} standing by")
OPENINGS = ("a video of", "a clip of", "a short film of", "footage of", "a scene with", "an animation of")
STILL_OPENINGS = ("a picture of", "a still of", "an image of", "a still image of")
SENTENCE_OPENINGS = ("we see", "there is", "show me", "make", "imagine")
# The same forms serve third persons and -ing forms.
ORDER = (
    "{first}, then {then}",
    "first {first}, then {then}",
    "{first} and then {then}",
    "{first}, and after that {then}",
)
ARTICLES = ("a", "an", "the")
CAMERA_LINKS = ("as", "while", "and")
JOINTS = ("is", "of", "that")

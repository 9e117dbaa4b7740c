"""Every way of giving and directing, measured on shots of the shipped checkpoint by the spotter and by plain numbers.

python benchmarks/tasks.py [--shots 8] [--only keyframes] : a line for each way. What badges shots show is said by a
judge of its own, proven on true renders first (`badge_judge.py`). Knows no terminal art and no files.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import groupby

import numpy as np
import torch
from badge_judge import SHOWN, Judge, sworn_in, worn

from zoetrope.core.conditions import Control, Footage, Keyframe, Reference, ReferenceSound, Restyle, Soundtrack
from zoetrope.core.motion import CameraPath, Cue, Stroke, move_names, read_moves
from zoetrope.core.request import Request
from zoetrope.engine.draft import Draft
from zoetrope.engine.endless import Direction, go_on
from zoetrope.engine.families.pocket.facts import POCKET, WEIGHTS
from zoetrope.engine.families.pocket.layout import FRAME_RATE
from zoetrope.engine.families.pocket.plan import AXES, TRACK, sign_of, trait_of
from zoetrope.engine.families.pocket.returning import GOING
from zoetrope.engine.families.pocket.ringing import RINGS_OF
from zoetrope.engine.families.pocket.spotter import Findings, load_spotter, spot
from zoetrope.engine.families.pocket.storage import SPOTTER
from zoetrope.engine.families.pocket.tracking import Looks
from zoetrope.engine.generate import generate, prepare
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import Numerics, choose_numerics
from zoetrope.evaluation.camera import camera_seen
from zoetrope.evaluation.detect import shipped
from zoetrope.evaluation.onsets import onsets, pair
from zoetrope.evaluation.picture import psnr
from zoetrope.evaluation.voice import agreement, pitch, voice_envelope
from zoetrope.training.world.captions import captions
from zoetrope.training.world.picture import draw
from zoetrope.training.world.scene import Badge, Scene
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear
from zoetrope.training.world.spoil import spoil
from zoetrope.training.world.vocabulary import COLOURS, STYLES

NEAR = 0.08  # seconds within which a touch counts as heard
PLAIN = {"cut": False, "badge": False}
COMING = ("bounces", "rolls", "slides", "flies", "floats", "jumps", "spins", "talks")  # what is done near the ground
EDGE = 45  # pixels from the edge of a picture within which a thing is seen to come in or to leave: two radii
BOTH = (
    "@hero and @friend on a meadow",
    "@hero chases @friend",
    "@hero jumps over @friend on the beach",
    "@hero collides with @friend in the city",
    "草地上，@hero和@friend",
)
TWO = (  # the second of which touches the ground
    "a red ball bounces and a blue ball bounces on a meadow",
    "a robot talks and a yellow ball bounces in a room",
    "a white bird flies and a red cube falls in the city",
    "a green ring rolls and a blue ball bounces on the beach",
    "a star spins and a red ball jumps on the stage",
    "一只鸟在飞，一个红球在弹跳",
)
SPOKEN = (
    "a yellow @voice robot talks in a room",
    "a @voice robot talks on a meadow in the rain",
    "一个蓝色的@voice机器人在舞台上说话",
    "a large white @voice robot talks fast in the city at night",
    "@voice机器人说话，夕阳下的沙滩",
)
KINDS, PLACES = ("ball", "cube", "car", "bird", "robot"), ("meadow", "city", "beach", "stage", "desert")
ASKABLE = {  # what a restyle may ask for, in words
    "style": {each: f"the {{}}, {each} style" for each in STYLES if each != "plain"},
    "light": {"sunset": "the {} at sunset", "night": "the {} at night"},
    "weather": {
        "rain": "the {} in the rain",
        "snow": "the {}, snow is falling",
        "petals": "the {}, petals are falling",
    },
    "colour": {each: f"a {each} {{}}" for each in COLOURS},
}
KEPT = ("object", "colour", "setting", "light", "style", "action", "camera")


def make(prompt: str, *conditions: object, seconds: float = 5, seed: int = 0) -> Draft:
    request = Request(prompt, seconds=Fraction(str(seconds)), seed=seed, conditions=tuple(conditions))  # type: ignore[arg-type]
    return generate(request)


class Look:
    """The spotter, and where the thing of a kind is in every picture; the judge of badges, where one is needed."""

    def __init__(self, proofs: int) -> None:
        self.spotter = load_spotter(WEIGHTS / SPOTTER, Numerics("cpu", torch.float32))
        self._proofs = proofs

    @cached_property
    def judge(self) -> Judge:
        return sworn_in(self.spotter, self._proofs)

    def at(self, frames: np.ndarray) -> Findings:
        return spot(self.spotter, torch.from_numpy(np.ascontiguousarray(frames)))[0]

    def path(self, frames: np.ndarray, kind: str) -> np.ndarray:
        """(t, 2) in pixels, nan where no such thing is seen."""
        found, path = self.at(frames), np.full((len(frames), 2), np.nan)
        likely = found.score * found.chances["object"][:, AXES["object"].index(kind)]
        for number in range(len(frames)):
            here = (found.picture == number).nonzero()[:, 0]
            if len(here) and float(likely[here].max()) > 0.15:
                path[number] = found.place[here[likely[here].argmax()]].numpy()
        return path


def keyframes(rng: np.random.Generator, look: Look) -> list[float]:
    """PSNR of the frame that shows a given picture: first, last and at 2.5 s."""
    scene = write_scene(rng, frames=60, fixed=PLAIN)
    frames, text = draw(scene), captions(scene, rng, "en").text
    draft = make(text, Keyframe("first", frames[0]), Keyframe("last", frames[59]), Keyframe(Fraction(5, 2), frames[30]))
    return [psnr(draft.frames[at], frames[at]) for at in (0, 30, 59)]


def neighbours(rng: np.random.Generator, look: Look) -> list[float]:
    """How much more than usual a shot changes beside given pictures: after the first, before and after 2.5 s."""
    scene = write_scene(rng, frames=60, fixed=PLAIN | {"weather": "clear"})
    frames, text = draw(scene), captions(scene, rng, "en").text
    draft = make(text, Keyframe("first", frames[0]), Keyframe(Fraction(5, 2), frames[30]))
    change = np.abs(np.diff(draft.frames.astype(np.float32), axis=0)).mean((1, 2, 3))
    return [float(change[at] / np.median(change)) for at in (0, 29, 30)]


def partings(rng: np.random.Generator, look: Look) -> list[float]:
    """Whether a thing that the first picture lacks, or every other time the last one, comes in or leaves by the edge.

    1 or 0, and the share of pictures in which it is seen.
    """
    fixed = PLAIN | {"camera": "static", "second_object": None, "then": None, "weather": "clear"}
    scene = write_scene(rng, frames=60, fixed=fixed | {"action": str(rng.choice(COMING))})
    away = replace(scene.motion, centre=np.add(scene.motion.centre, (50.0, 0.0)))
    empty, text, comes = draw(replace(scene, motion=away))[0], captions(scene, rng, "en").text, bool(rng.integers(2))
    keys = [Keyframe("first", empty)] if comes else [Keyframe("first", draw(scene)[0]), Keyframe("last", empty)]
    seen = look.path(make(text, *keys, seed=int(rng.integers(99))).frames, scene.things[0].kind)
    there = np.flatnonzero(~np.isnan(seen[:, 0]))
    if not len(there):
        return [0.0, 0.0]
    x, y = seen[there[0] if comes else there[-1]]
    return [float(min(x, 256 - x, y, 144 - y) < EDGE), len(there) / len(seen)]


def strokes(rng: np.random.Generator, look: Look) -> list[float]:
    """Mean distance of the thing from its stroke, by the frame's width, and the share of frames in which it is seen."""
    kind, colour = str(rng.choice(AXES["object"])), str(rng.choice(AXES["colour"]))
    points = tuple((at, float(rng.uniform(0.15, 0.85)), float(rng.uniform(0.3, 0.8))) for at in (0, 2, 4))
    stroke = Stroke(points)  # type: ignore[arg-type]
    draft = make(f"a {colour} {kind} on a meadow", stroke)
    seen = look.path(draft.frames, kind)
    wanted = stroke.path(np.arange(60) / 12) * (256, 144)
    apart = np.linalg.norm(seen - wanted, axis=1) / 256
    return [float(np.nanmean(apart)), float(np.mean(~np.isnan(apart)))]


def cameras(rng: np.random.Generator, look: Look) -> list[float]:
    """Whether the camera goes the way it is told, and how far off its amount is, by the amount."""
    name = str(rng.choice([each for each in move_names() if each != "shake"]))
    kind = name.split()[0]
    amount = {"pan": 0.35, "tilt": 0.3, "push": 0.5, "pull": 0.5, "orbit": 0.5}[kind]
    setting = str(rng.choice(["meadow", "city", "beach", "room"]))
    draft = make(f"a red ball spins in the {setting}", CameraPath(read_moves(f"{name} {amount}")))
    found, hidden = look.at(draft.frames), np.zeros(draft.frames.shape[:3], bool)
    y, x = np.mgrid[:144, :256]
    for number, place, radius in zip(found.picture.tolist(), found.place.tolist(), found.radius.tolist(), strict=True):
        hidden[number] |= np.hypot(x - place[0], y - place[1]) < 1.6 * radius
    seen = camera_seen(draft.frames, hidden, np.zeros(60, bool))
    wanted = {"push": "push in", "pull": "pull back"}.get(name, name)
    far = {"pan": amount * 256 / 144 / 0.45, "tilt": amount / 0.45, "push": np.log(1 + amount), "orbit": amount}
    column = {"pan": 0, "tilt": 1, "push": 2, "pull": 2, "orbit": 3}[kind]
    gone = abs(float(seen.path[-1, column]))
    return [float(seen.name == wanted), abs(gone / far[kind.replace("pull", "push")] - 1)]


def mouths(rng: np.random.Generator, look: Look) -> list[float]:
    """How the robot's mouth follows a given voice."""
    scene = write_scene(
        rng, frames=60, fixed=PLAIN | {"action": "talks", "then": None, "setting": "stage", "weather": "clear"}
    )
    voice = np.ascontiguousarray(hear(scene, 120_000), dtype=np.float32)
    draft = make(f"a {scene.things[0].colour} robot talks on a stage", Soundtrack(voice))
    found, seen = look.at(draft.frames), {}
    robots = found.score * found.chances["object"][:, AXES["object"].index("robot")]
    for number in range(60):
        here = (found.picture == number).nonzero()[:, 0]
        if len(here) and float(robots[here].max()) > 0.15:  # else what is seen is taken for something without a mouth
            seen[number] = float(found.mouth[here[robots[here].argmax()]])
    mouth = np.interp(np.arange(60), list(seen), list(seen.values()))
    return [agreement(mouth, voice_envelope(voice))]


def voices(rng: np.random.Generator, look: Look) -> list[float]:
    """How far a made voice is from the one that is referred to, and from it when none is, in semitones."""
    fixed = PLAIN | {"action": "talks", "then": None}
    scene = write_scene(rng, frames=60, fixed=fixed)
    voice = np.ascontiguousarray(hear(scene, 120_000), dtype=np.float32)
    prompt, seed = str(rng.choice(SPOKEN)), int(rng.integers(99))
    made = (
        make(prompt, ReferenceSound(voice, "voice"), seed=seed).sound,
        make(prompt.replace("@voice", ""), seed=seed).sound,
    )
    high = np.exp(np.mean(np.log([syllable[2] for syllable in scene.syllables])))
    return [abs(12 * float(np.log2(pitch(each) / high))) for each in made if each is not None]


def foley(rng: np.random.Generator, look: Look) -> list[float]:
    """Touches that are seen in a given clip and heard in its new sound; the median distance in seconds."""
    scene = write_scene(rng, frames=60, fixed=PLAIN | {"action": "bounces", "then": None, "weather": "clear"})
    touches = np.array([each.seconds for each in scene.contacts if 0.1 < each.seconds < 4.9 and each.speed > 0.5])
    if not len(touches):
        return []
    draft = make(captions(scene, rng, "en").text, Footage(draw(scene)))
    assert draft.sound is not None
    offsets, _ = pair(onsets(draft.sound), touches, NEAR)
    return [float(np.mean(~np.isnan(offsets)))]


def second_touches(rng: np.random.Generator, look: Look) -> list[float]:
    """Touches of a second thing, as it is planned, that are heard."""
    draft = make(str(rng.choice(TWO)), seed=int(rng.integers(99)))
    pocket = loaded(POCKET, choose_numerics())
    plan = pocket.plan(draft.request, pocket.blank(draft.request).grid[0])  # type: ignore[attr-defined]
    speed, offset = (
        plan.tracks[0, 1, : len(draft.frames), TRACK.index(name)].numpy() for name in ("contact", "offset")
    )
    at = np.flatnonzero(speed > 0.5)
    touches = (at + offset[at]) / 12
    touches = touches[(touches > 0.1) & (touches < 4.9)]
    if not len(touches):
        return []
    assert draft.sound is not None
    offsets, _ = pair(onsets(draft.sound), touches, NEAR)
    return [float(np.mean(~np.isnan(offsets)))]


def readings(rng: np.random.Generator, look: Look) -> list[float]:
    """Whether the badge of a true picture is read right, as it is and spoiled, and none is read where there is none."""
    scene = cast(rng)
    thing, badge = scene.things[0], scene.things[0].badge
    assert badge is not None
    bare = replace(scene, things=(replace(thing, badge=None),))
    seer = loaded(POCKET, choose_numerics()).seer  # type: ignore[attr-defined]
    picture = draw(scene)[:1]
    clean, spoiled, none = (
        seer.looks([Reference(each[0], "hero")]) for each in (picture, spoil(picture, rng), draw(bare)[:1])
    )
    told = [worn(as_badge(each), badge) for each in (clean, spoiled)]
    right = [float(value) for each in told for value in (each.emblem, each.colours)]
    return [*right, float(none is None or not none.badge[0])]


def as_badge(looks: Looks | None) -> Badge | None:
    """The badge that was read, if one was."""
    if looks is None or not looks.badge[0]:
        return None
    inks = (looks.badge[-6:] * 255).round().long().tolist()
    return Badge(int(looks.badge[1:-6].argmax()), tuple(inks[:3]), tuple(inks[3:]))


def badges(rng: np.random.Generator, look: Look) -> list[float]:
    """Whether a shot shows the badge of its reference: emblem, and both colours near."""
    scene = cast(rng)
    thing, badge = scene.things[0], scene.things[0].badge
    assert badge is not None
    draft = make("@hero slides on a meadow", Reference(draw(scene)[0], "hero"), seconds=2)
    seen = worn(look.judge.badge(draft.frames, thing.kind, thing.colour), badge)
    return [float(seen.emblem), float(seen.colours)]


def two_references(rng: np.random.Generator, look: Look) -> list[float]:
    """Whether two things of a shot each wear their own badge, and whether neither wears the other's."""
    prompt = str(rng.choice(BOTH))
    scenes = [cast(rng), cast(rng)]
    while alike(*scenes):
        scenes[1] = cast(rng)
    given = [Reference(draw(scene)[0], name) for scene, name in zip(scenes, ("hero", "friend"), strict=True)]
    draft = make(prompt, *given, seconds=2, seed=int(rng.integers(99)))
    own, swapped = [], []
    for scene, other in zip(scenes, scenes[::-1], strict=True):
        thing = scene.things[0]
        seen = look.judge.badge(draft.frames, thing.kind, thing.colour)
        for wears, said in ((thing.badge, own), (other.things[0].badge, swapped)):
            assert wears is not None
            said.append(worn(seen, wears).emblem)
    return [float(all(own)), float(not any(swapped)), float(np.mean(own))]


def mixed_references(rng: np.random.Generator, look: Look) -> list[float]:
    """Of twelve references at once, pictures and sounds of two things and pictures of a place, what the plan has right.

    Both things' kinds and colours, both emblems, both materials as the sounds ring, the setting; and whether both
    things are seen in the shot.
    """
    scenes = [cast(rng), cast(rng)]
    while alike(*scenes):
        scenes[1] = cast(rng)
    materials = [str(each) for each in rng.choice(list(RINGS_OF), 2)]
    place, *others = (str(each) for each in rng.permutation(("beach", "city", "snowfield", "room")))
    given: list[Reference | ReferenceSound] = []
    for name, scene, material in zip(("hero", "friend"), scenes, materials, strict=True):
        given += [Reference(draw(replace(scene, setting=each))[0], name) for each in others]
        given.append(ReferenceSound(_struck(rng, material), name))
    given += [Reference(_empty(rng, place), "place") for _ in range(4)]
    draft = make("@hero jumps over @friend in @place", *given, seconds=2, seed=int(rng.integers(99)))
    pocket = loaded(POCKET, choose_numerics())
    plan = pocket.plan(draft.request, pocket.blank(draft.request).grid[0])  # type: ignore[attr-defined]
    right = {"kind": [], "emblem": [], "material": [], "seen": []}
    for slot, (scene, material) in enumerate(zip(scenes, materials, strict=True)):
        thing = scene.things[0]
        assert thing.badge is not None
        right["kind"] += [trait_of(plan, slot, "object") == thing.kind, trait_of(plan, slot, "colour") == thing.colour]
        wears = plan.badges[0, slot]
        right["emblem"].append(bool(wears[0]) and int(wears[1:-6].argmax()) == thing.badge.pattern)
        right["material"].append(trait_of(plan, slot, "material") == material)
        right["seen"].append(bool(np.mean(~np.isnan(look.path(draft.frames, thing.kind)[:, 0])) > 0.3))
    told = [float(np.mean(each)) for each in right.values()]
    return [*told, float(sign_of(plan, "setting") == place)]


def _struck(rng: np.random.Generator, material: str) -> np.ndarray:
    """The sound of something of a material that bounces."""
    fixed = PLAIN | {"action": "bounces", "material": material, "then": None, "second_object": None, "weather": "clear"}
    return np.ascontiguousarray(hear(write_scene(rng, frames=36, fixed=fixed), 72_000), np.float32)


def _empty(rng: np.random.Generator, setting: str) -> np.ndarray:
    """A picture of a place with nobody in it."""
    fixed = SHOWN | {"setting": setting, "second_object": None, "action": "spins", "then": None}
    scene = write_scene(rng, frames=2, fixed=fixed)
    away = replace(scene.motion, centre=np.add(scene.motion.centre, (50.0, 0.0)))
    return draw(replace(scene, motion=away))[0]


def cast(rng: np.random.Generator) -> Scene:
    """A scene whose one thing, large and with a badge, is somebody to refer to."""
    fixed = {"size": "large", "second_object": None, "action": "spins", "then": None}
    return write_scene(rng, frames=2, fixed=SHOWN | fixed)


def alike(one: Scene, other: Scene) -> bool:
    """Whether two things could be taken for each other, or wear one emblem."""
    first, second = one.things[0], other.things[0]
    assert first.badge is not None
    assert second.badge is not None
    return first.kind == second.kind or first.colour == second.colour or first.badge.pattern == second.badge.pattern


def controls(rng: np.random.Generator, look: Look) -> list[float]:
    """Overlap of the thing's circle with that of the blob that a control clip shows."""
    radius, frames = 12, np.zeros((60, 144, 256, 3), np.uint8)
    start, stop = rng.uniform((40, 60), (216, 110), (2, 2))
    y, x = np.mgrid[:144, :256]
    centres = start + (stop - start) * np.linspace(0, 1, 60)[:, None]
    for number, (cx, cy) in enumerate(centres):
        frames[number, np.hypot(x - cx, y - cy) < radius] = 200
    seen = look.path(make("a small red ball on a meadow", Control(frames, "depth")).frames, "ball")
    gap = np.linalg.norm(seen - centres, axis=1)
    return [float(np.nanmean([_overlap(each, radius) for each in gap]))]


def restyles(rng: np.random.Generator, look: Look) -> list[float]:
    """Whether what a restyle asks for is seen, the share of all else that is seen as in the clip, and the thing's path.

    The path's error is its mean distance from the thing's place in the clip, by the frame's width.
    """
    scene = write_scene(rng, frames=60, fixed=PLAIN | {"second_object": None, "then": None, "weather": "clear"})
    clip, thing = draw(scene), scene.things[0]
    axis = str(rng.choice(list(ASKABLE)))
    value = str(rng.choice([each for each in ASKABLE[axis] if each != getattr(scene, axis, thing.colour)]))
    prompt = ASKABLE[axis][value].format(thing.kind)
    draft = make(prompt, Restyle(clip), seed=int(rng.integers(99)))
    before, after = (shipped().look(each) for each in (clip, draft.frames))
    kept = [before.value(other) == after.value(other) for other in KEPT if other != axis]
    apart = look.path(draft.frames, thing.kind) - look.path(clip, thing.kind)
    return [float(after.value(axis) == value), float(np.mean(kept)), float(np.nanmean(np.hypot(*apart.T)) / 256)]


def _overlap(gap: float, radius: float) -> float:
    """Intersection over union of two like circles."""
    if not gap < 2 * radius:
        return 0.0
    part = np.arccos(gap / (2 * radius))
    both = 2 * radius**2 * part - gap * radius * np.sin(part)
    return float(both / (2 * np.pi * radius**2 - both))


def cues(rng: np.random.Generator, look: Look) -> list[float]:
    """Whether a ball that is told to roll for 2.5 s and then to jump rises only after that: 1 or 0."""
    colour = str(rng.choice(AXES["colour"]))
    draft = make(
        f"a {colour} ball rolls on a meadow",
        Cue(Fraction(5, 2), f"the {colour} ball jumps"),
        seed=int(rng.integers(99)),
    )
    height = look.path(draft.frames, "ball")[:, 1]
    before, after = height[:30], height[30:]
    return [float(np.nanmax(before) - np.nanmin(before) < 12 and np.nanmedian(before) - np.nanmin(after) > 10)]


def streams(rng: np.random.Generator, look: Look) -> list[float]:
    """The share of half a minute's pictures in which a thing that goes places is seen, and how long it is away at most.

    Units: seconds.
    """
    kind, colour, act, place = (str(rng.choice(each)) for each in (KINDS, AXES["colour"], sorted(GOING), PLACES))
    direction, frames = Direction(f"a {colour} {kind} {act}, {place}"), []
    request, _ = prepare(Request(direction.prompt, seed=int(rng.integers(99))), POCKET, None)
    for part in go_on(request, POCKET, loaded(POCKET, choose_numerics()), lambda: direction):
        frames.append(part.frames)
        if part.start + len(part.frames) >= 30 * FRAME_RATE:
            break
    away = np.isnan(look.path(np.concatenate(frames), kind)[:, 0])
    longest = max((len(list(run)) for gone, run in groupby(away) if gone), default=0)
    return [1 - float(away.mean()), longest / FRAME_RATE]


WAYS: dict[str, tuple[Callable[[np.random.Generator, Look], list[float]], tuple[str, ...]]] = {
    "keyframes": (keyframes, ("PSNR first", "at 2.5 s", "last")),
    "neighbours": (neighbours, ("change after the first", "before 2.5 s", "after it")),
    "partings": (partings, ("by the edge", "seen")),
    "strokes": (strokes, ("error by width", "seen")),
    "cameras": (cameras, ("right way", "error by amount")),
    "mouths": (mouths, ("correlation",)),
    "voices": (voices, ("semitones off", "off without")),
    "foley": (foley, ("touches heard",)),
    "second touches": (second_touches, ("touches heard",)),
    "readings": (readings, ("emblem", "colours", "emblem spoiled", "colours spoiled", "none where none")),
    "badges": (badges, ("emblem right", "colours right")),
    "two references": (two_references, ("both emblems right", "not swapped", "emblem right")),
    "mixed references": (mixed_references, ("kind and colour", "emblem", "material", "seen", "setting")),
    "controls": (controls, ("overlap",)),
    "restyles": (restyles, ("asked is seen", "the rest kept", "path error by width")),
    "cues": (cues, ("right order",)),
    "streams": (streams, ("seen", "seconds away")),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=int, default=8)
    parser.add_argument("--only", action="append", choices=WAYS)
    parser.add_argument("--proofs", type=int, default=100)
    asked = parser.parse_args()
    look = Look(asked.proofs)
    for name in asked.only or WAYS:
        way, columns = WAYS[name]
        try:
            rows = [way(np.random.default_rng([17, number]), look) for number in range(asked.shots)]
        except SystemExit as refused:  # a judge that may not judge leaves the other ways as they are
            print(f"{name}: not measured: {refused}", flush=True)
            continue
        table = np.array([row for row in rows if row])
        told = ", ".join(
            f"{column} {mean:.3g} (worst {low:.3g} to {high:.3g})"
            for column, mean, low, high in zip(
                columns, np.nanmean(table, 0), np.nanmin(table, 0), np.nanmax(table, 0), strict=True
            )
        )
        print(f"{name} ({len(table)} shots): {told}", flush=True)


if __name__ == "__main__":
    main()

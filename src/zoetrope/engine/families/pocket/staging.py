"""From a request to its plan: what its prompts mean, and what its conditions already settle.

Knows no pictures, codecs or noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from zoetrope.core.conditions import Control, Extend, Keyframe, Reference, ReferenceSound, Region, Soundtrack
from zoetrope.core.motion import CameraPath, Cue, Hold, Stroke, cues_of
from zoetrope.core.request import Request
from zoetrope.core.seeds import derive_seed
from zoetrope.core.time import Clock
from zoetrope.engine.families.pocket.carrying import carried, shown_in
from zoetrope.engine.families.pocket.control import path_of_control
from zoetrope.engine.families.pocket.directing import (
    Known,
    append_plan,
    cut_plan,
    know_camera,
    know_mouth,
    know_past,
    know_paths,
    know_stillness,
    nothing_known,
    with_camera,
)
from zoetrope.engine.families.pocket.doing import ALONE, RESTS, Doing, at_rest, rest_in, second_act, sits_on_second
from zoetrope.engine.families.pocket.heading import headed, heading
from zoetrope.engine.families.pocket.in_view import pushed_in_on, set_aside, stand_in_view
from zoetrope.engine.families.pocket.layout import FRAME_RATE, GROUP
from zoetrope.engine.families.pocket.paces import speed_of
from zoetrope.engine.families.pocket.pairing import beside, known_of_second, told_of_second
from zoetrope.engine.families.pocket.past import PAST, go_on_moving, lead_on, memory_of, past_of
from zoetrope.engine.families.pocket.plain_words import as_meant, with_plain_words
from zoetrope.engine.families.pocket.plan import CAMERA, PATCH, TRACK, Plan, trait_of
from zoetrope.engine.families.pocket.planner import Planner
from zoetrope.engine.families.pocket.planning import go_on_with, write_plan
from zoetrope.engine.families.pocket.reader import ASKED, SIZES, USUAL, Reader, answered, nothing_said, stated
from zoetrope.engine.families.pocket.references import know_looks, named, settle_facts, slots_of
from zoetrope.engine.families.pocket.rejoining import rejoined, unfrozen
from zoetrope.engine.families.pocket.resting import stopped
from zoetrope.engine.families.pocket.returning import GOING, called_back, returning, sent
from zoetrope.engine.families.pocket.seeing import Seer, shown_by
from zoetrope.engine.families.pocket.text import Tokeniser
from zoetrope.engine.families.pocket.unwanted import without
from zoetrope.engine.families.pocket.usual import as_usual
from zoetrope.engine.families.pocket.wordings import in_known_words, spelt
from zoetrope.engine.noise import Seeds

ALOFT = 0.15  # metres above standing from which a thing that is seen in one picture hovers
READINGS = 16  # of prompts that are kept
BOTH = 4  # latent frames in which two actions have room
MOTION_IS_FREE = CameraPath | Reference | ReferenceSound | Cue
SIDEWAYS = ("pan left", "pan right", "orbit left", "orbit right")
NEW_IN_A_CUE = frozenset({"action", "then", "pace", "camera"})  # what a later prompt says anew; all else stays
OF_ACTIONS = frozenset({"action", "then"})


@dataclass(frozen=True, eq=False)
class Stager:
    """Writes plans of requests."""

    planner: Planner
    reader: Reader
    tokeniser: Tokeniser
    clock: Clock
    seer: Seer
    readings: dict[str, dict[str, str]] = field(default_factory=dict)  # of the latest prompts

    def plan(self, request: Request, latents: int, seeds: Seeds) -> Plan:
        """The plan of a request's latent frames, the same for the same request and seeds."""
        pictures = 1 + GROUP * (latents - 1)
        request, things = named(request, self.seer)
        facts = self._asked(request, seeds)
        slots = slots_of(things, facts)
        facts = settle_facts(facts, slots)
        known = know_looks(self._known(request, facts, latents, seeds), slots, facts)
        plan = self._headed(request, self._acted(facts, known, latents, seeds), facts, known)
        plan = self._paired(request, plan, facts, known, seeds)
        plan = self._kept(request, plan, facts, known)
        plan = self._rested(request, request.prompt, plan, known, None)
        for number, cue in enumerate(cues_of(request.conditions)):
            facts = _with_action(facts, self.facts(cue.prompt))
            plan = self._cued(request, plan, facts, cue, pictures, seeds.named("cue", str(number)))
            plan = self._rested(request, cue.prompt, plan, known, self.clock.frame_at(cue.at))
        return self._in_sight(request, plan, facts)

    def _in_sight(self, request: Request, plan: Plan, facts: Tensor) -> Plan:
        """A written plan whose things are not lost: who is pushed in on, and who leaves a shot that goes on."""
        kinds, shown = {type(each) for each in request.conditions}, shown_by(request, self.clock)
        if kinds <= {Reference, ReferenceSound, Cue, Keyframe} and (shown is None or shown.numbers == [0]):
            return pushed_in_on(plan, _grid(request))
        before = [len(each.frames) for each in request.conditions if isinstance(each, Extend)]
        if not before or kinds & {Keyframe, Region}:
            return plan
        return returning(plan, before[0], self._going(request, facts), _grid(request), self._heading(request))

    def _asked(self, request: Request, seeds: Seeds) -> Tensor:
        """What a request means, (1, FACTS): what its prompt says, what is usual, and nothing that is unwanted."""
        said, seed = self.said(request.prompt), usual_seed(request, seeds)
        said = at_rest(said, self._rest(request.prompt), self._meant_words(request.prompt))
        if seed is not None:
            said = as_usual(said, seed)
        facts = self._meant(said)
        if not request.negative.strip():
            return facts
        unwanted = derive_seed(seeds.first, "unwanted")
        return without(facts, request.prompt, request.negative, self.said, unwanted)

    def _headed(self, request: Request, plan: Plan, facts: Tensor, known: Known) -> Plan:
        """A written plan whose first thing goes the way that the prompt says, if its motion is free."""
        way = self._heading(request)
        if way is None or not _motion_is_free(request):
            return plan
        told = stated(facts[0])["camera"] in SIDEWAYS or bool(known.rows[:, -len(CAMERA) :].any())
        return headed(plan, way, camera_free=not told)

    def _paired(self, request: Request, plan: Plan, facts: Tensor, known: Known, seeds: Seeds) -> Plan:
        """A written plan whose second thing does what the prompt says of it, in view where nothing is told of it."""
        said = stated(facts[0])
        doing = second_act(self._meant_words(request.prompt), said) or self._hovering(request, plan, known)
        if doing is None or doing.act in ALONE:
            return plan
        own, latents = known_of_second(known, plan), 1 + (plan.camera.shape[1] - 1) // GROUP
        facts = self._meant(told_of_second(said, doing))
        alone, way = write_plan(self.planner, facts, latents, seeds.named("second"), known=own), heading(doing.clause)
        if own.rows[:, : len(TRACK)].any():
            return beside(plan, alone)
        alone = alone if way is None else headed(alone, way, camera_free=False)
        return set_aside(beside(plan, alone), _grid(request))

    def _rest(self, prompt: str) -> str | None:
        return rest_in(self._meant_words(prompt), self.said(prompt))

    def _rested(self, request: Request, prompt: str, plan: Plan, known: Known, start: int | None) -> Plan:
        """A written plan whose first thing stands or stops where a prompt that holds from a picture on says so."""
        rest, count = self._rest(prompt), plan.camera.shape[1]
        if rest is None or not plan.traits[0, 0, 0]:
            return plan
        if start is None:
            given = known.rows[:, TRACK.index("x")].nonzero()[:, 0].tolist()
            start = given[-1] + 1 if given else 0
        if rest == "then":
            start = _landed(plan, max(start, count // 2))
        if start >= count:
            return plan
        told = known.rows[:, TRACK.index("mouth")].any()
        said, words = self.said(prompt), self._meant_words(prompt)
        return stopped(plan, start, mouth=bool(told), seated=sits_on_second(words, said))

    def _hovering(self, request: Request, plan: Plan, known: Known) -> Doing | None:
        """What a second thing does of which no words tell and that the first picture, given alone, shows in the air."""
        shown = shown_by(request, self.clock)
        if shown is None or not shown.lone or not known.rows[0, len(TRACK)] or not plan.traits[0, 1, 0]:
            return None
        height = float(known.plan.tracks[0, 1, 0, TRACK.index("y")] - plan.marks[0, 0] - plan.radii()[0, 1])
        if height < ALOFT:
            return None
        return Doing("flies" if trait_of(plan, 1, "object") == "bird" else "floats", "", None)

    def _kept(self, request: Request, plan: Plan, facts: Tensor, known: Known) -> Plan:
        """A written plan kept to what it does not follow by itself: what is seen, and given pictures."""
        if not known.rows[:, len(TRACK) : 2 * len(TRACK)].any():
            plan = stand_in_view(plan, _grid(request))
        shown = shown_by(request, self.clock)
        if shown is None:
            return plan
        plan = unfrozen(plan, shown.numbers) if shown.lone else rejoined(plan, known, acts="action" in stated(facts[0]))
        return self.seer.stand(plan, shown, _grid(request))

    def _heading(self, request: Request) -> str | None:
        return self._heading_in(request.prompt)

    def _heading_in(self, prompt: str) -> str | None:
        return heading(spelt(prompt, self.tokeniser.lexicon))

    def goes_on(self, prompt: str, past: Plan) -> bool:
        """Whether a prompt keeps who and where: whatever it says of them, a past plan shows."""
        shown = shown_in(past)
        return all(shown.get(axis) == value for axis, value in self.said(prompt).items() if axis not in NEW_IN_A_CUE)

    def carried(self, before: str, after: str, past: Plan) -> str:
        """A prompt with what it leaves open as a past plan shows it and the prompt before it told."""
        said = self.said(before)
        second = second_act(self._meant_words(before), said)
        was = {axis: said[axis] for axis in ("action", "pace") if axis in said} | shown_in(past)
        was, now = was | self._beyond(before), self.said(after) | self._beyond(after)
        return carried(after, now, was, second and second.act)

    def later(self, prompt: str, past: Plan) -> str:
        """A prompt whose first action is over, with who and where as a past plan shows it; any other as it is."""
        said = self.said(prompt)
        then = RESTS if self._rest(prompt) == "then" else said.get("then")
        if then is None:
            return prompt
        second = second_act(self._meant_words(prompt), said)
        return carried("", {}, shown_in(past) | {"action": then}, second and second.act)

    def _beyond(self, prompt: str) -> dict[str, str]:
        """What a prompt says that the planner has no words for: which way a thing goes, and that it stands still."""
        rest = {"action": RESTS} if self._rest(prompt) == "action" else {}
        way = self._heading_in(prompt)
        return rest if way is None else rest | {"heading": way}

    def facts(self, prompt: str) -> Tensor:
        """What a prompt means, (1, FACTS)."""
        return self._meant(self.said(prompt))

    def _meant(self, said: Mapping[str, str]) -> Tensor:
        """What is said of a shot, with what is usual where nothing is, (1, FACTS)."""
        return answered({**USUAL, **said}).to(self.planner.mean.device)

    def said(self, prompt: str) -> dict[str, str]:
        """What a prompt states in so many words, by axis: read once, though several ask."""
        said = self.readings.get(prompt)
        if said is None:
            while len(self.readings) >= READINGS:
                self.readings.pop(next(iter(self.readings)), None)
            meant = self._meant_words(prompt)
            said = self.readings[prompt] = with_plain_words(stated(self.reader.said(self._numbers(meant))[0]), meant)
        return dict(said)

    def _meant_words(self, prompt: str) -> str:
        return as_meant(in_known_words(prompt, self.tokeniser.lexicon))

    def _numbers(self, prompt: str) -> Tensor:
        return self.tokeniser([prompt], self.reader.text.config.length).to(self.planner.mean.device)

    def _known(self, request: Request, facts: Tensor, latents: int, seeds: Seeds) -> Known:
        known = nothing_known(1 + GROUP * (latents - 1), self.planner.mean.device)
        strokes = [each for each in request.conditions if isinstance(each, Stroke)]
        past = past_of(request.conditions)
        if past is not None:
            known = know_past(known, past)
        for condition in request.conditions:
            match condition:
                case CameraPath() if past is not None:
                    known = go_on_moving(known, condition, past, request.size)
                case CameraPath():
                    known = know_camera(known, condition, request.size)
                case Soundtrack(sound=sound) if stated(facts[0]).get("action") == "talks":
                    known = know_mouth(known, sound, self.clock.sample_rate)
                case Hold():
                    free = write_plan(self.planner, facts, latents, seeds, known=known)
                    known = know_stillness(known, condition, free, request.size)
        shown = shown_by(request, self.clock)
        if shown is not None:
            free = write_plan(self.planner, facts, latents, seeds, known=known)
            known = self.seer.know(known, shown, facts, free, _grid(request), self._heading(request))
        strokes += _drawn(request)
        if past is not None:
            strokes = lead_on(strokes, past, request.size)
        if strokes:
            free = write_plan(self.planner, facts, latents, seeds, known=known)
            known = with_camera(known, free.camera)
            known = know_paths(known, strokes, free.camera[0], request.size)
        if past is None:
            return known
        going, way, grid = self._going(request, facts), self._heading(request), _grid(request)
        known = called_back(known, past, going, grid, way)
        if 0 in going:
            known = sent(known, past, grid, way, speed_of(stated(facts[0])))
        return know_past(known, past)

    def _going(self, request: Request, facts: Tensor) -> list[int]:
        """The slots of things that may leave the picture by what they do, and are not led."""
        said = stated(facts[0])
        second = second_act(self._meant_words(request.prompt), said)
        acts = (said.get("action"), second and second.act)
        strokes = {each.thing - 1 for each in request.conditions if isinstance(each, Stroke)}
        drawn = {0} if any(isinstance(each, Control) for each in request.conditions) else set()
        return [slot for slot, act in enumerate(acts) if act in GOING and slot not in strokes | drawn]

    def _acted(self, facts: Tensor, known: Known, latents: int, seeds: Seeds) -> Plan:
        """The plan of one prompt; what happens second in it goes on from the first half."""
        if "then" not in stated(facts[0]) or latents < BOTH:
            return write_plan(self.planner, facts, latents, seeds, known=known)
        first, second = _one_by_one(facts)
        half = (latents + 1) // 2
        start = 1 + GROUP * (half - 1)
        opening = replace(known, plan=cut_plan(known.plan, 0, start), rows=known.rows[:start])
        plan = write_plan(self.planner, first, half, seeds, known=opening)
        start = _landed(plan, start)
        return self._go_on(plan, second, start, known, seeds.named("then"))

    def _cued(self, request: Request, plan: Plan, facts: Tensor, cue: Cue, pictures: int, seeds: Seeds) -> Plan:
        """The plan with another continuation from a cue on; what conditions settle goes on to hold."""
        start = min(self.clock.frame_at(cue.at), pictures - 1)
        rest = self._known(replace(request, conditions=_steady(request)), facts, 1 + (pictures - 1) // GROUP, seeds)
        if 0 in self._going(request, facts):
            way, speed = self._heading_in(cue.prompt), speed_of(stated(facts[0]))
            rest = sent(rest, cut_plan(plan, 0, start), _grid(request), way, speed)
        return self._go_on(plan, facts, start, rest, seeds)

    def _go_on(self, plan: Plan, facts: Tensor, start: int, known: Known, seeds: Seeds) -> Plan:
        """The plan up to a picture, and what facts make of the rest of what is known."""
        past, pictures = PAST if start >= PAST else 1, known.pictures
        rest = Known(
            cut_plan(known.plan, start - past, pictures), known.rows[start - past :], torch.zeros_like(known.cast)
        )
        more = go_on_with(
            self.planner, facts, cut_plan(plan, start - past, start), pictures - start, seeds, known=_padded(rest)
        )
        whole = append_plan(cut_plan(plan, 0, start), more, past)
        return replace(whole, tracks=whole.tracks[:, :, :pictures], camera=whole.camera[:, :pictures])


def _motion_is_free(request: Request) -> bool:
    """Whether the prompt alone says what moves, and how."""
    return all(isinstance(each, MOTION_IS_FREE) for each in request.conditions)


def usual_seed(request: Request, seeds: Seeds) -> int | None:
    """What chooses among what is usual where a prompt says nothing: one choice for a whole stream.

    None where pictures or paths that are given tell of it.
    """
    remembered = memory_of(request.conditions)
    if remembered is not None:
        return remembered.usual
    return derive_seed(seeds.first, "usual") if _motion_is_free(request) else None


def _grid(request: Request) -> tuple[int, int]:
    return request.size.height // PATCH, request.size.width // PATCH


def _drawn(request: Request) -> list[Stroke]:
    """The paths that control clips draw, as strokes of the first thing."""
    paths = [path_of_control(each) for each in request.conditions if isinstance(each, Control)]
    return [
        Stroke(tuple((Fraction(at, FRAME_RATE), *_share(spot, request)) for at, spot in enumerate(path)))
        for path in paths
        if path is not None
    ]


def _share(spot: np.ndarray, request: Request) -> tuple[float, float]:
    x, y = spot / (request.size.width, request.size.height)
    return float(np.clip(x, 0, 1)), float(np.clip(y, 0, 1))


def _steady(request: Request) -> tuple:
    """The conditions that hold through all cues, and the past that they go on from."""
    kinds = Stroke | CameraPath | Soundtrack | Hold
    steady = tuple(each for each in request.conditions if isinstance(each, kinds))
    known_past = past_of(request.conditions) is not None
    return steady + tuple(each for each in request.conditions if known_past and isinstance(each, Extend))


def _padded(known: Known) -> Known:
    """Pictures up to the end of a latent frame, of which nothing holds."""
    beyond = -(known.pictures - 1) % GROUP
    if not beyond:
        return known
    plan = replace(
        known.plan,
        tracks=torch.nn.functional.pad(known.plan.tracks, (0, 0, 0, beyond)),
        camera=torch.nn.functional.pad(known.plan.camera, (0, 0, 0, beyond)),
    )
    return replace(known, plan=plan, rows=torch.nn.functional.pad(known.rows, (0, 0, 0, beyond)))


def _landed(plan: Plan, start: int) -> int:
    """The last picture after a touch of the first thing in the last third before a picture; that one if there is none.

    What happens second begins on the ground then, not in the middle of a hop.
    """
    touched = (plan.tracks[0, 0, 2 * start // 3 : start, TRACK.index("contact")] > 0).nonzero()
    return 2 * start // 3 + int(touched[-1, 0]) + 1 if len(touched) else start


def _one_by_one(facts: Tensor) -> tuple[Tensor, Tensor]:
    """The facts of what happens first, and of what happens then."""
    parts = dict(zip(ASKED, facts.split(SIZES, dim=1), strict=True))
    nothing = dict(zip(ASKED, nothing_said(facts).split(SIZES, dim=1), strict=True))["then"]
    first = {**parts, "then": nothing}
    second = {**first, "action": parts["then"]}
    return torch.cat(list(first.values()), dim=1), torch.cat(list(second.values()), dim=1)


def _with_action(facts: Tensor, later: Tensor) -> Tensor:
    """The facts of a shot with what a later prompt says happens; of one that names no action, who acts goes on."""
    says = NEW_IN_A_CUE if "action" in stated(later[0]) else NEW_IN_A_CUE - OF_ACTIONS
    pairs = zip(ASKED, facts.split(SIZES, dim=1), later.split(SIZES, dim=1), strict=True)
    return torch.cat([new if axis in says else old for axis, old, new in pairs], dim=1)

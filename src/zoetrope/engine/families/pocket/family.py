"""The pocket family: its translation between pictures, sound, words and the canvas.

Knows neither steps nor guidance nor files that people see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.core.conditions import with_clip_sound
from zoetrope.core.events import Notice
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.engine.canvas import Canvas, Stream, Tokens, blank_stream, fill_with_noise, give, to_device
from zoetrope.engine.families.pocket.backdrop import Anchor
from zoetrope.engine.families.pocket.completing import Completer
from zoetrope.engine.families.pocket.details import Details, Sketched, Sky
from zoetrope.engine.families.pocket.directing import cut_plan
from zoetrope.engine.families.pocket.dressing import Dresser
from zoetrope.engine.families.pocket.facts import LIMITS, PATCH
from zoetrope.engine.families.pocket.falling import without_drops
from zoetrope.engine.families.pocket.gathering import told
from zoetrope.engine.families.pocket.intoning import in_voices
from zoetrope.engine.families.pocket.layout import GROUP, Layout, layout
from zoetrope.engine.families.pocket.lending import lend
from zoetrope.engine.families.pocket.network import PocketNetwork
from zoetrope.engine.families.pocket.past import PAST, Memory, memory_of, steadied
from zoetrope.engine.families.pocket.placing import Placer, keyed, still_moments
from zoetrope.engine.families.pocket.plan import SLOTS, Plan, Stamps, sign_of, stamp, still_stage
from zoetrope.engine.families.pocket.planner import Planner
from zoetrope.engine.families.pocket.reader import Reader
from zoetrope.engine.families.pocket.references import named, say_unseen
from zoetrope.engine.families.pocket.restyling import Restyler, clip_of, let_through, sounds_alike
from zoetrope.engine.families.pocket.scenery import Scenery
from zoetrope.engine.families.pocket.seeing import Seer, shown_by, signed
from zoetrope.engine.families.pocket.sketch import Sketcher
from zoetrope.engine.families.pocket.sound_codec import SoundCodec, SoundState
from zoetrope.engine.families.pocket.sounding import going_on, voices
from zoetrope.engine.families.pocket.spotter import Spotter
from zoetrope.engine.families.pocket.staging import Stager, usual_seed
from zoetrope.engine.families.pocket.text import Context, Tokeniser
from zoetrope.engine.families.pocket.video_codec import VideoCodec, to_pixels
from zoetrope.engine.families.pocket.wordings import in_known_words
from zoetrope.engine.guidance import Branches
from zoetrope.engine.keeping import digest
from zoetrope.engine.noise import Seeds, seeds_of
from zoetrope.engine.walk import OfSound

HELD = 0.5  # noise in which the network's walk begins: the rest is the sketch. At 0.3 it breaks up what is there
PLANS = 4  # kept; each is asked for by the network's sight, by the details and by what goes on from a shot
BRANCHES = ("positive", "negative")


@dataclass(frozen=True, eq=False)
class LoadedPocket:
    """Network, text encoder and codecs in memory; see `families.Loaded` for what each method promises."""

    network: PocketNetwork
    reader: Reader
    planner: Planner
    sketcher: Sketcher
    scenery: Scenery
    spotter: Spotter
    tokeniser: Tokeniser
    video_codec: VideoCodec
    sound_codec: SoundCodec
    readings: dict[str, dict[str, str]] = field(default_factory=dict)  # of the latest prompts
    plans: dict[tuple[str, int], Plan] = field(default_factory=dict)  # of the latest requests
    sketches: dict[tuple[str, int], Sketched] = field(default_factory=dict)  # of the latest request

    @property
    def limits(self) -> Limits:
        return LIMITS

    @property
    def device(self) -> torch.device:
        return self.network.video_in.weight.device

    def blank(self, request: Request) -> Canvas:
        clock = LIMITS.clock
        grid = (
            clock.latent_frames(clock.frames(request.seconds)),
            request.size.height // PATCH,
            request.size.width // PATCH,
        )
        # Sound is made even where it is not wanted: the network has only seen shots that have both.
        sounds = clock.sound_latents(clock.samples(request.seconds))
        laid = layout(*grid, sounds, keyframe_seconds=still_moments(request, clock))
        shot, config = grid[0] * grid[1] * grid[2], self.network.config
        canvas = Canvas(
            video=blank_stream(laid.place[:shot], config.video_channels),
            sound=blank_stream(laid.place[laid.video :], config.sound_channels),
            reference=blank_stream(laid.place[shot : laid.video], config.video_channels),
            grid=grid,
        )
        return to_device(fill_with_noise(canvas, seeds_of(request)), self.device)

    def place(self, canvas: Canvas, request: Request) -> Canvas:
        placer = Placer(self.video_codec, self.sound_codec, LIMITS.clock)
        canvas = placer.place(canvas, steadied(self._sounding(request, canvas.grid[0]), self.sketcher))
        latent = self.sketched(request, canvas.grid).latent
        where = torch.zeros(canvas.grid, dtype=torch.bool, device=self.device)
        where[_latents_of(keyed(request, LIMITS.clock))] = True
        video = give(canvas.video, where.flatten(), latent[where.cpu()].to(self.device))
        begun = (1 - HELD) * latent.flatten(0, 2).to(video.latent) + HELD * video.latent
        return replace(canvas, video=replace(video, latent=torch.where(video.given[:, None], video.latent, begun)))

    def branches(self, request: Request, canvas: Canvas) -> Branches:
        prompts = [named(request, self.seer)[0].prompt, request.negative]
        known = [in_known_words(prompt, self.tokeniser.lexicon) for prompt in prompts]
        numbers = self.tokeniser(known, self.network.config.text.length)
        context = self.network.text(numbers.to(self.device))
        sight = self.network.see(self._stamps(request, canvas))
        memory = self.network.remember(context, sight)
        prepared = self.network.prepare(_layout_of(canvas, request))
        given, level = _levels(canvas)
        shot = len(canvas.video.latent)
        level[:shot] = torch.where(canvas.video.given, level[:shot], 1 + len(given))

        def velocities(canvas: Canvas, sigma: float, names: tuple[str, ...]) -> tuple[Tokens, ...]:
            rows = [BRANCHES.index(name) for name in names]
            sigmas = torch.cat([given.new_tensor([sigma]), given, given.new_tensor([HELD * sigma])])
            video, sound = self.network(
                torch.cat([canvas.video.latent, canvas.reference.latent]).expand(len(rows), -1, -1),
                canvas.sound.latent.expand(len(rows), -1, -1),
                prepared=prepared,
                sigmas=sigmas.expand(len(rows), -1),
                level=level,
                context=Context(context.tokens[rows], context.summary[rows]),
                sight=sight,
                memory=[(key[rows], value[rows]) for key, value in memory],
            )
            return tuple(Tokens(HELD * v[:shot].float(), s.float()) for v, s in zip(video, sound, strict=True))

        return velocities

    def notices(self, request: Request) -> tuple[Notice, ...]:
        """As `walk.Looks` says: of references and of given pictures, what will not be seen."""
        unseen = say_unseen(request, self.seer, self.tokeniser.lexicon)
        shown = shown_by(request, LIMITS.clock)
        if shown is None or "@" in request.prompt:
            return unseen
        kinds = self.seer.crowded_out(shown, self.stager.said(request.prompt))
        full = f"what is given shows {SLOTS} things, as many as pocket's shots have"
        return (*unseen, *told([f"{full}; the {kind} will not be seen" for kind in kinds], request.strict))

    @property
    def seer(self) -> Seer:
        return Seer(self.spotter, self.sketcher)

    @property
    def restyler(self) -> Restyler:
        return Restyler(self.sketcher, self.dresser)

    @property
    def dresser(self) -> Dresser:
        return Dresser(self.scenery, self.video_codec)

    @property
    def completer(self) -> Completer:
        return Completer(self.sketcher, self.dresser)

    @property
    def stager(self) -> Stager:
        return Stager(self.planner, self.reader, self.tokeniser, LIMITS.clock, self.seer, self.readings)

    def plan(self, request: Request, latents: int) -> Plan:
        """What happens in a request's latent frames: written once, though several ask."""
        key = digest(request), latents
        plan = self.plans.get(key)
        if plan is None:
            while len(self.plans) >= PLANS:
                self.plans.pop(next(iter(self.plans)), None)
            plan = self.plans[key] = self._write_plan(request, latents)
        return plan

    def _write_plan(self, request: Request, latents: int) -> Plan:
        clip = self._clip(request)
        if clip is not None:
            return self.restyler.plan(self.plan(clip, latents), request, self.stager.said(request.prompt))
        return self.stager.plan(request, latents, seeds_of(request).named("plan"))

    def _clip(self, request: Request) -> Request | None:
        """The request for the clip that a request restyles, as it is."""
        return clip_of(request, self.stager.said)

    def _sounding(self, request: Request, latents: int) -> Request:
        """The request with the sound of the clip that it restyles, if nothing that is heard changes."""
        clip = self._clip(request)
        alike = clip is not None and sounds_alike(self.plan(clip, latents), self.plan(request, latents))
        return replace(request, conditions=with_clip_sound(request.conditions)) if alike else request

    def memory(self, request: Request) -> Memory:
        """What a shot that goes on from the last pictures of this one is to know of them."""
        clock = LIMITS.clock
        frames, grid = clock.frames(request.seconds), (request.size.height // PATCH, request.size.width // PATCH)
        plan = self.plan(request, clock.latent_frames(frames))
        past = PAST if frames >= PAST else 1
        sky = replace(before := _sky(request), since=before.since + frames - past)
        usual = usual_seed(request, seeds_of(request).named("plan"))
        return Memory(cut_plan(plan, frames - past, frames), self._scenery(request, plan, grid).last, sky, usual)

    def goes_on(self, prompt: str, memory: object) -> bool:
        """Whether a shot may follow a prompt without a cut: who and where stay."""
        return not isinstance(memory, Memory) or self.stager.goes_on(prompt, memory.plan)

    def carried(self, before: str, after: str, memory: object) -> str:
        """Another prompt with what it leaves open as it was shown and told."""
        return self.stager.carried(before, after, memory.plan) if isinstance(memory, Memory) else after

    def later(self, prompt: str, memory: object) -> str:
        """A prompt whose first action is over: the second goes on, or who has stopped stands."""
        return self.stager.later(prompt, memory.plan) if isinstance(memory, Memory) else prompt

    def same_stage(self, first: np.ndarray, second: np.ndarray) -> bool:
        """Whether two pictures may be views of one stage."""
        return self.seer.same_stage(first, second)

    def _stamps(self, request: Request, canvas: Canvas) -> Stamps:
        """What happens, laid on the canvas."""
        count, rows, columns = canvas.grid
        plan = self.plan(request, count)
        window = (rows, columns, torch.zeros(1, 2, dtype=torch.long, device=self.device))
        moments = torch.arange(count, device=self.device), torch.arange(len(canvas.sound.latent), device=self.device)
        latent = self.sketched(request, canvas.grid).latent.flatten(0, 2)[None]
        return stamp(plan, latent, *moments, (rows, columns), window)

    def sketched(self, request: Request, grid: tuple[int, int, int]) -> Sketched:
        """The sketch of a request's shot, with the pictures that it gives one by one; painted once, though several ask.

        Shapes: grid is latent frames, rows and columns of tokens.
        """
        key = digest(request), grid[0]
        sketched = self.sketches.get(key)
        if sketched is None:
            plan = self.plan(request, grid[0])
            numbers = torch.arange(plan.camera.shape[1], device=self.device)
            pictures = self.sketcher.sketch(plan, numbers, grid[1:], self._scenery(request, plan, grid[1:]))
            pictures = let_through(pictures, request)
            shown = {number: signed(picture) for number, picture in keyed(request, LIMITS.clock).items()}
            lend(self.sketcher, pictures, shown, plan, grid[1:])
            given = torch.zeros(len(numbers), dtype=torch.bool)
            given[list(shown)] = True
            latent = self.video_codec.encode(pictures[None].to(self.video_codec.encoder.weight.dtype))[0]
            sketched = Sketched(pictures, latent, given)
            self.sketches.clear()
            self.sketches[key] = sketched  # another request may take its place before it is asked for again
        return sketched

    def _scenery(self, request: Request, plan: Plan, grid: tuple[int, int]) -> Anchor:
        """What the stage shows beyond its mean: as given pictures show it, else as it is made up."""
        remembered = memory_of(request.conditions)
        if remembered is not None:
            return remembered.anchor
        clip = self._clip(request)
        if clip is not None:
            before = self.plan(clip, (plan.camera.shape[1] + GROUP - 1) // GROUP)
            seen = self._scenery(clip, before, grid)
            return self.restyler.scenery(seen, before, plan, grid, request)
        shown = shown_by(request, LIMITS.clock)
        if shown is not None:
            seen = self.seer.scenery(shown, plan, grid)
            seen = self.completer.complete(seen, plan, grid, seeds_of(request).named("scenery"))
            return seen if sign_of(plan, "weather") == "clear" else seen.changed(without_drops)
        return self._dress(plan, grid, seeds_of(request).named("scenery"))

    def _dress(self, plan: Plan, grid: tuple[int, int], seeds: Seeds) -> Anchor:
        """What the plan's stage shows beyond its mean, as a resting camera sees it."""
        resting = still_stage(plan)
        stage = self.sketcher.sketch(resting, torch.zeros(1, dtype=torch.long, device=self.device), grid)
        picture = self.dresser.dress(stage[:, 0], resting.signs[0], grid, seeds)
        return Anchor(picture - stage[:, 0], resting.camera[0, 0])

    def decode_video(self, latent: Tensor, state: bool | None) -> tuple[np.ndarray, bool]:
        """As `families.Loaded` says; the state is whether the clip has begun, all that this codec needs to know."""
        return to_pixels(self.video_codec.decode(latent[None], begun=bool(state))[0]), True

    def decode_sound(self, latent: Tensor, state: SoundState | None) -> tuple[np.ndarray, SoundState]:
        sound, state = self.sound_codec.decode_stream(latent[None], state)
        return sound[0].float().cpu().numpy(), state

    def heard(self, request: Request, canvas: Canvas) -> OfSound:
        """Decode a shot's sound with voices at their pitches, given or their own, which its codec does not keep."""
        plan, seed = self.plan(request, canvas.grid[0]), seeds_of(request).named("voice").first
        told = list(voices(request).values()) or going_on(request)
        return lambda latent, first, state: in_voices(self.sound_codec, latent, plan, told, seed, first, state)

    def details(self, request: Request, canvas: Canvas) -> Details:
        """Decode with what pictures have beyond their latents; what is given in any other way than one by one stays."""
        count, rows, _ = canvas.grid
        kept = rearrange(canvas.video.given, "(f r c) -> f r c", f=count, r=rows).cpu().clone()
        kept[_latents_of(keyed(request, LIMITS.clock))] = False
        return Details(
            self.video_codec, self.plan(request, count), self.sketched(request, canvas.grid), kept, _sky(request)
        )

    def preview(self, canvas: Canvas, denoised: Tokens) -> np.ndarray:
        """The last frame of the first latent frame that is being made; what lies before it is decoded with it."""
        count, rows, columns = canvas.grid
        made = ~rearrange(canvas.video.given, "(f n) -> f n", f=count).all(1)
        first = int(made.int().argmax())
        latent = rearrange(denoised.video, "(f r w) c -> f r w c", f=count, r=rows, w=columns)
        return self.decode_video(latent[: first + 1], None)[0][-1]


def _sky(request: Request) -> Sky:
    """What falls in a shot: on from what fell before it, else its seed's."""
    remembered = memory_of(request.conditions)
    return Sky(seeds_of(request).named("sky").first) if remembered is None else remembered.sky


def _latents_of(pictures: Iterable[int]) -> list[int]:
    """The latent frames in which pictures lie."""
    return [(number + GROUP - 1) // GROUP for number in pictures]


def _streams(canvas: Canvas) -> tuple[Stream, Stream, Stream]:
    """In the order of a layout."""
    return canvas.video, canvas.reference, canvas.sound


def _layout_of(canvas: Canvas, request: Request) -> Layout:
    """The layout of a canvas; what is given ranks below what is made, so that it never looks at noise."""
    clock = LIMITS.clock
    given = torch.cat([stream.given for stream in _streams(canvas)]).cpu()
    rank = (~given).long()
    return layout(
        *canvas.grid,
        len(canvas.sound.latent),
        keyframe_seconds=still_moments(request, clock),
        rank=rank,
    )


def _levels(canvas: Canvas) -> tuple[Tensor, Tensor]:
    """The distinct noise levels of given tokens, (k,), and for every token in layout order 0, or 1 + which of them."""
    given = torch.cat([stream.given for stream in _streams(canvas)])
    sigma = torch.cat([stream.given_sigma for stream in _streams(canvas)])
    distinct = torch.unique(sigma[given])
    level = torch.searchsorted(distinct, sigma.contiguous()) + 1 if len(distinct) else torch.zeros_like(sigma).long()
    return distinct, torch.where(given, level, 0)

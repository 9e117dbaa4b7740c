"""One request -> one released file, or one take in memory: screened before, while and after it is made.

Knows no terminal and no weights; importing it loads no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoetrope.core.cancel import Cancel, stop_if
from zoetrope.core.events import OnEvent
from zoetrope.core.request import Request
from zoetrope.media.places import check_output
from zoetrope.release.asset import Asset, Making
from zoetrope.release.consent import Likeness
from zoetrope.release.door import Release, open_release
from zoetrope.release.door_policy import Policy
from zoetrope.release.screen.media import screen_pictures, screen_sound
from zoetrope.release.screen.verdict import Verdict
from zoetrope.release.verify_judge import show_id
from zoetrope.render.ingredients import draft_of, ingredients_of
from zoetrope.render.lifting import bare_request
from zoetrope.render.likeness import Likenesses
from zoetrope.render.making import making_of
from zoetrope.render.previews import Previews
from zoetrope.render.screening import screen_given, screen_words

if TYPE_CHECKING:
    from zoetrope.engine.draft import Draft
    from zoetrope.engine.families import Family
    from zoetrope.engine.memory.plan import Wish
    from zoetrope.engine.numerics import Numerics
    from zoetrope.engine.stream import Part
    from zoetrope.engine.walking import Begun
    from zoetrope.render.take import Take


@dataclass(frozen=True, eq=False)
class Shot:
    """A shot that lies in its file: what it was in memory, and the proof of its release."""

    take: Take
    asset: Asset


def generate(
    request: Request,
    policy: Policy,
    likenesses: Likenesses,
    *,
    on_event: OnEvent | None = None,
    cancel: Cancel | None = None,
    preview_every: int = 0,
    family: Family | None = None,
    numerics: Numerics | None = None,
    when: datetime | None = None,
    tell_prompt: bool = False,
) -> Take:
    """Make one shot in memory; it leaves by its `save`, through the door.

    Units: preview_every in steps, 0 for no previews; `when` is the time that credentials tell, now if left out. They
    tell the prompt only with `tell_prompt`.
    Raises: InvalidRequest, Unsupported, Refused, NeedsConsent, WeightsError, Cancelled.
    """
    from zoetrope.engine.generate import make, settle_seed

    settle = partial(settle_seed, on_event=on_event, cancel=cancel, numerics=numerics)
    begun = _begin(request, policy, likenesses, family, on_event, when, (), tell_prompt, settle)
    draft = make(
        begun.request,
        begun.family,
        on_event=begun.previews(on_event).hear,
        cancel=cancel,
        preview_every=preview_every,
        numerics=numerics,
        begun=begun.walk,
    )
    begun.screen(draft)
    return begun.take(draft)


def generate_to(path: str | Path, request: Request, policy: Policy, likenesses: Likenesses, **how: Any) -> Shot:
    """Make one shot and release it, as `shoot_to` and its finish do; the file is whole or not there."""
    return shoot_to(path, request, policy, likenesses, **how).finish()


def shoot_to(
    path: str | Path,
    request: Request,
    policy: Policy,
    likenesses: Likenesses,
    *,
    on_event: OnEvent | None = None,
    cancel: Cancel | None = None,
    preview_every: int = 0,
    preview_path: Path | None = None,
    family: Family | None = None,
    numerics: Numerics | None = None,
    wish: Wish | None = None,
    kept_in: Path | None = None,
    when: datetime | None = None,
    files: Sequence[Path] = (),
    tell_prompt: bool = False,
) -> Leaving:
    """Make one shot and write it while it is still being decoded; it is whole and released when it is finished.

    `preview_path` is a .png that shows the shot as it forms; `files` are those that the conditions were read from;
    `wish` is what the caller insists on where memory is planned; `kept_in` is a file that holds the walk's state after
    every step, from which the same request goes on.
    Raises: as `generate`; and MediaError, before anything is computed where the path cannot be written at all.
    """
    from zoetrope.engine.draft import has_sound
    from zoetrope.engine.generate import make, settle_seed
    from zoetrope.engine.keeping import Keeper

    settle = partial(settle_seed, on_event=on_event, cancel=cancel, numerics=numerics, wish=wish)
    if request.best_of > 1:
        check_output(path)  # before seeds are tried, which loads weights
    begun = _begin(request, policy, likenesses, family, on_event, when, files, tell_prompt, settle)
    door, sounds = begun.open(path), has_sound(begun.request)

    def leave(part: Part) -> None:
        door.write_frames(part.frames)
        if sounds:
            door.write_sound(part.sound)

    try:
        draft = make(
            begun.request,
            begun.family,
            on_event=begun.previews(on_event, preview_path).hear,
            on_part=leave,
            cancel=cancel,
            preview_every=preview_every,
            numerics=numerics,
            wish=wish,
            keeper=None if kept_in is None else Keeper(kept_in, begun.request),
            begun=begun.walk,
        )
        stop_if(cancel, "before the file was finished")
    except BaseException:
        door.abort()
        raise
    return Leaving(door, begun, draft)


@dataclass(frozen=True, eq=False)
class _Begun:
    """A request that may be made: settled, screened, with the consents that it rests on, and what is begun of it."""

    request: Request
    family: Family
    making: Making
    policy: Policy
    about: Verdict
    likenesses: Likenesses
    used: tuple[Likeness, ...]
    walk: Begun | None

    def note(self, asset: Asset) -> None:
        """Remember what was made with the consents."""
        self.likenesses.note(self.used, f"{show_id(asset.mark)} {asset.path.name}", self.making.when)

    def previews(self, on_event: OnEvent | None, path: Path | None = None) -> Previews:
        """Who hears of the shot as it forms, and the file that shows it."""
        return Previews(on_event, self.making, self.policy, self.about, path)

    def open(self, path: str | Path) -> Release:
        """The door that the shot leaves by. Raises: InvalidRequest, MediaError."""
        from zoetrope.engine.draft import has_sound

        clock, size = self.family.limits.clock, self.request.size
        return open_release(
            path,
            self.making,
            self.policy,
            size=(size.width, size.height),
            rate=clock.frame_rate,
            sound_rate=clock.sample_rate,
            with_sound=has_sound(self.request),
            about=self.about,
        )

    def screen(self, draft: Draft) -> None:
        """Look at and listen to what was made. Raises: Refused."""
        rules, about, clock = self.policy.screen, self.about, draft.clock
        screen_pictures(draft.frames, clock.frame_rate, rules, role="finished picture", about=about).raise_if_blocked()
        if draft.sound is not None:
            screen_sound(draft.sound, clock.sample_rate, rules, role="finished sound", about=about).raise_if_blocked()

    def take(self, draft: Draft) -> Take:
        """The draft, with its way out."""
        from zoetrope.render.take import Take

        return Take(
            draft.request,
            draft.clock,
            draft.frames,
            draft.sound,
            self.making,
            self.policy,
            self.about,
            self.note,
            latents=draft.latents,
        )


@dataclass(frozen=True, eq=False)
class Leaving:
    """A shot that is made and on its way: `finish` writes, signs and reads back its file.

    Finishing needs no weights, so that the next shot may be made meanwhile, on another thread.
    """

    _door: Release
    _begun: _Begun
    _draft: Draft

    def finish(self) -> Shot:
        """The shot in its file. Raises: Refused, MediaError; then nothing is left behind."""
        self._door.close()
        self._begun.note(self._door.asset)
        return Shot(self._begun.take(self._draft), self._door.asset)


def _begin(
    request: Request,
    policy: Policy,
    likenesses: Likenesses,
    family: Family | None,
    on_event: OnEvent | None,
    when: datetime | None,
    files: Sequence[Path],
    tell_prompt: bool,
    settle: Callable[[Request, Family], tuple[Request, Begun | None]],
) -> _Begun:
    """Screen the words of a request, settle it, and screen what it gives and whom that shows, before weights load.

    `settle` then chooses its seed, if the best of several is asked for: what it is called by tells of one seed.
    """
    said = screen_words(request, policy.screen)  # first: notices name words that a checkpoint does not know
    from zoetrope.engine.adapters.files import identity_of
    from zoetrope.engine.families import Planned
    from zoetrope.engine.generate import prepare

    request, family = prepare(request, family, on_event)
    about = screen_given(request, family.limits.clock, policy.screen, said)
    now, given = when or datetime.now(UTC), ingredients_of(request, policy, files)
    if likenesses.detector is None:
        likenesses = replace(likenesses, detector=policy.screen.faces)
    used = likenesses.check(request, given, now)
    weights = family.descriptor.identity if isinstance(family, Planned) else ""
    weights += identity_of(request.adapters)
    named = family.limits.checkpoint
    request, walk = settle(bare_request(request, policy, family.limits.clock), family)
    given = (*given, *draft_of(request))
    making = making_of(request, now, given, checkpoint=named, weights=weights, tell_prompt=tell_prompt)
    return _Begun(request, family, making, policy, about, likenesses, used, walk)

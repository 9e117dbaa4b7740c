"""One request -> one released file, or one take in memory: screened before, while and after it is made.

Knows no terminal and no weights; importing it loads no torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zoetrope.core.cancel import stop_if
from zoetrope.core.request import Request
from zoetrope.media.places import check_output
from zoetrope.release.asset import Asset, Making
from zoetrope.release.consent import Likeness
from zoetrope.release.door import Release, open_release
from zoetrope.release.screen.media import screen_pictures, screen_sound
from zoetrope.release.screen.verdict import Verdict
from zoetrope.release.verify_judge import show_id
from zoetrope.render.ingredients import draft_of, ingredients_of
from zoetrope.render.lifting import bare_request
from zoetrope.render.making import making_of
from zoetrope.render.previews import Previews
from zoetrope.render.screening import screen_given, screen_words
from zoetrope.render.terms import ALONE, HERE, Means, Terms, Watch

if TYPE_CHECKING:
    from zoetrope.engine.draft import Draft
    from zoetrope.engine.families import Family
    from zoetrope.engine.generate import OnPart
    from zoetrope.engine.keeping import Keeper
    from zoetrope.engine.stream import Part
    from zoetrope.render.take import Take


@dataclass(frozen=True, eq=False)
class Shot:
    """A shot that lies in its file: what it was in memory, and the proof of its release."""

    take: Take
    asset: Asset


def generate(request: Request, terms: Terms, means: Means = HERE, watch: Watch = ALONE) -> Take:
    """Make one shot in memory; it leaves by its `save`, through the door.

    Raises: InvalidRequest, Unsupported, Refused, NeedsConsent, WeightsError, Cancelled.
    """
    begun = _begin(request, terms, means, watch)
    draft = begun.make(means, watch)
    begun.screen(draft)
    return begun.take(draft)


def shoot_to(
    path: str | Path,
    request: Request,
    terms: Terms,
    means: Means = HERE,
    watch: Watch = ALONE,
    *,
    kept_in: Path | None = None,
    files: Sequence[Path] = (),
) -> Leaving:
    """Make one shot and write it while it is still being decoded; it is whole and released when it is finished.

    `files` are those that the conditions were read from; `kept_in` is a file that holds the walk's state after every
    step, from which the same request goes on.
    Raises: as `generate`; and MediaError, before anything is computed where the path cannot be written at all.
    """
    from zoetrope.engine.draft import has_sound
    from zoetrope.engine.keeping import Keeper

    if request.best_of > 1:
        check_output(path)  # before seeds are tried, which loads weights
    begun = _begin(request, terms, means, watch, files)
    door, sounds = begun.open(path), has_sound(begun.request)

    def leave(part: Part) -> None:
        door.write_frames(part.frames)
        if sounds:
            door.write_sound(part.sound)

    try:
        keeper = None if kept_in is None else Keeper(kept_in, begun.request)
        draft = begun.make(means, watch, leave, keeper)
        stop_if(watch.cancel, "before the file was finished")
    except BaseException:
        door.abort()
        raise
    return Leaving(door, begun, draft)


@dataclass(frozen=True, eq=False)
class _Begun:
    """A request that may be made: settled, screened, with the consents that it rests on."""

    request: Request
    family: Family
    making: Making
    terms: Terms
    about: Verdict
    used: tuple[Likeness, ...]

    def note(self, asset: Asset) -> None:
        """Remember what was made with the consents."""
        self.terms.likenesses.note(self.used, f"{show_id(asset.mark)} {asset.path.name}", self.making.when)

    def make(self, means: Means, watch: Watch, on_part: OnPart | None = None, keeper: Keeper | None = None) -> Draft:
        """Make the shot; whoever watches sees previews as they may be seen. Raises: as `engine.generate.make`."""
        from zoetrope.engine.generate import make

        previews = Previews(watch.on_event, self.making, self.terms.policy, self.about, watch.preview_path)
        return make(
            self.request,
            self.family,
            on_event=previews.hear,
            on_part=on_part,
            cancel=watch.cancel,
            preview_every=watch.preview_every,
            numerics=means.numerics,
            wish=means.wish,
            keeper=keeper,
        )

    def open(self, path: str | Path) -> Release:
        """The door that the shot leaves by. Raises: InvalidRequest, MediaError."""
        from zoetrope.engine.draft import has_sound

        clock, size = self.family.limits.clock, self.request.size
        return open_release(
            path,
            self.making,
            self.terms.policy,
            size=(size.width, size.height),
            rate=clock.frame_rate,
            sound_rate=clock.sample_rate,
            with_sound=has_sound(self.request),
            about=self.about,
        )

    def screen(self, draft: Draft) -> None:
        """Look at and listen to what was made. Raises: Refused."""
        rules, about, clock = self.terms.policy.screen, self.about, draft.clock
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
            self.terms.policy,
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


def _begin(request: Request, terms: Terms, means: Means, watch: Watch, files: Sequence[Path] = ()) -> _Begun:
    """Screen the words of a request, settle it, and screen what it gives and whom that shows, before weights load.

    Its seed is chosen last, if the best of several is asked for: what that needs is loaded then.
    """
    policy, likenesses = terms.policy, terms.likenesses
    said = screen_words(request, policy.screen)  # first: notices name words that a checkpoint does not know
    from zoetrope.engine.adapters.files import identity_of
    from zoetrope.engine.families import Planned
    from zoetrope.engine.generate import prepare, settle_seed

    request, family = prepare(request, means.family, watch.on_event)
    about = screen_given(request, family.limits.clock, policy.screen, said)
    now, given = terms.when or datetime.now(UTC), ingredients_of(request, policy, files)
    if likenesses.detector is None:
        likenesses = replace(likenesses, detector=policy.screen.faces)
    used = likenesses.check(request, given, now)
    weights = family.descriptor.identity if isinstance(family, Planned) else ""
    weights += identity_of(request.adapters)
    named = family.limits.checkpoint
    request = settle_seed(
        bare_request(request, policy, family.limits.clock),
        family,
        on_event=watch.on_event,
        cancel=watch.cancel,
        numerics=means.numerics,
        wish=means.wish,
    )
    given = (*given, *draft_of(request))
    making = making_of(request, now, given, checkpoint=named, weights=weights, tell_prompt=terms.tell_prompt)
    return _Begun(request, family, making, replace(terms, likenesses=likenesses), about, used)

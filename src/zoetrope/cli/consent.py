"""`zoetrope consent`: whose face or voice may be used, on which evidence, until when; and what was made with it."""

import os
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from zoetrope.core.errors import InvalidRequest

consent = typer.Typer(
    help="Register, list and revoke consents of people whose face or voice is used.", no_args_is_help=True
)
Subject = Annotated[str, typer.Argument(help="The person, by a name that the house knows.")]
Identifier = Annotated[str, typer.Argument(help="The id of a consent, as `list` shows it.")]


class Of(StrEnum):
    """What a consent is for; each needs its own."""

    face = "face"
    voice = "voice"


@consent.command()
def text(
    kind: Annotated[Of, typer.Argument(help="face or voice.")],
    chinese: Annotated[bool, typer.Option("--chinese", help="The Chinese text.")] = False,
) -> None:
    """Print the exact text that a person agrees to, with its version."""
    from zoetrope.release.consent_text import VERSION, agreement

    print(f"version {VERSION}\n{agreement(kind.value, 'zh' if chinese else 'en')}")


@consent.command()
def phrase(
    subject: Subject, chinese: Annotated[bool, typer.Option("--chinese", help="A Chinese phrase.")] = False
) -> None:
    """Draw a random phrase that the person reads aloud in a recording of their own."""
    drawn = _register().issue_phrase(subject, "zh" if chinese else "en", by=_operator())
    print(f"{drawn.id}: {drawn.text}")
    print(f"Record {subject} reading it before {drawn.expires:%H:%M UTC}, then: zoetrope consent add")


@consent.command()
def add(
    kind: Annotated[Of, typer.Argument(help="face or voice.")],
    subject: Subject,
    evidence: Annotated[Path, typer.Option(help="The signed release, or the recording.")],
    agreed: Annotated[str, typer.Option(help="Version of the text that the person agreed to.")],
    phrase: Annotated[str | None, typer.Option(help="Id of the phrase that the recording reads.")] = None,
    user: Annotated[list[str] | None, typer.Option(help="Who may use it; anyone if left out. Repeat for more.")] = None,
    project: Annotated[list[str] | None, typer.Option(help="For which projects; any if left out.")] = None,
    days: Annotated[int, typer.Option(min=1, help="How long it holds.")] = 365,
) -> None:
    """Register a consent with its evidence: a signed release, or a recording of the drawn phrase."""
    from zoetrope.release.consent import ANYONE, Scope

    register, by = _register(), _operator()
    proof = register.keep_recording(evidence, phrase, attested_by=by) if phrase else register.keep(evidence)
    until = datetime.now(UTC) + timedelta(days=days)
    scope = Scope(tuple(user or (ANYONE,)), tuple(project or (ANYONE,)), until)
    made = register.grant(kind.value, subject, proof, scope, agreed=agreed, by=by)
    print(f"{made.id}: the {made.kind} of {made.subject}, until {until:%Y-%m-%d}")


@consent.command(name="list")
def list_(subject: Annotated[str | None, typer.Argument(help="One person; all if left out.")] = None) -> None:
    """List consents, the newest first."""
    for each in _register().all(subject):
        state = f"revoked {each.revoked_at:%Y-%m-%d}" if each.revoked_at else f"until {each.scope.until:%Y-%m-%d}"
        print(f"{each.id}  {each.kind:<5}  {each.subject}  {state}")


@consent.command()
def revoke(
    likeness: Identifier,
    reason: Annotated[str, typer.Option(help="Kept in the audit trail.")] = "",
) -> None:
    """End a consent at once, and list everything that was made with it."""
    made = _register().revoke(likeness, by=_operator(), reason=reason)
    print(f"{likeness} is revoked; nothing new is made with it. Made before: {len(made) or 'nothing'}")
    for output in made:
        print(f"  {output.made_at:%Y-%m-%d %H:%M}  {output.output}")


@consent.command()
def trail(likeness: Annotated[str | None, typer.Argument(help="One consent; all if left out.")] = None) -> None:
    """Show the audit trail, and whether it is whole."""
    register = _register()
    for line in register.trail(likeness):
        print(f"{line.at:%Y-%m-%d %H:%M:%S}  {line.event:<14}  {line.about}  by {line.by}  {line.detail}".rstrip())
    if not register.trail_is_whole():
        raise InvalidRequest("the audit trail was changed by other means than this program; do not rely on it.")


def _register():
    from zoetrope.core.home import home_folder
    from zoetrope.release.consent_store import Consents

    return Consents(home_folder(os.environ))


def _operator() -> str:
    from zoetrope.render.likeness import login

    return login()

"""The one tree of errors that Zoetrope raises on purpose.

    ZoetropeError
    ├── InvalidRequest   what was asked cannot be asked of any checkpoint
    ├── Unsupported      it can be asked, but not of this checkpoint, format or machine
    ├── WeightsError     weights are absent, damaged or of another shape
    ├── OutOfMemory      the work does not fit into the memory that is there
    ├── Cancelled        the caller asked to stop, and the work stopped between two steps
    ├── Refused          policy forbids making or releasing it
    │   └── NeedsConsent     it may be made once the person whose face or voice it shows has agreed
    └── MediaError       a media file cannot be read or written

A message is one sentence or two: what was asked, what is possible, what to do. It does not know HTTP or exit codes.
"""


class ZoetropeError(Exception):
    """Root of every error that Zoetrope raises on purpose."""


class InvalidRequest(ZoetropeError):
    """What was asked cannot be asked of any checkpoint."""


class Unsupported(ZoetropeError):
    """What was asked is sound, but this checkpoint, format or machine cannot do it."""


class WeightsError(ZoetropeError):
    """Weights are absent, damaged, or not the weights that the network needs."""


class OutOfMemory(ZoetropeError):
    """The work does not fit into the memory that is there."""


class Cancelled(ZoetropeError):
    """The caller asked to stop, and the work stopped between two steps."""


class Refused(ZoetropeError):
    """Policy forbids making or releasing it."""


class NeedsConsent(Refused):
    """It may be made once the person whose face or voice it shows has agreed.

    `role` is the part of the request that needs it, `kind` is "face" or "voice", `version` and `text` are what to agree
    to, word for word.
    """

    def __init__(self, message: str, *, role: str, kind: str, version: str, text: str) -> None:
        super().__init__(message)
        self.role, self.kind, self.version, self.text = role, kind, version, text


class MediaError(ZoetropeError):
    """A media file cannot be read or written."""

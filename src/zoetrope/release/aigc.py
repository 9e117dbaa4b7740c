"""The AIGC label of GB 45438-2025: one JSON in a file's metadata that says who made it and which output it is.

Writing goes through the media writers: hand `as_metadata(...)` to `open_writer`. Where each kind of file keeps the
label is known to `media`; this module knows what the fields mean. It verifies no signature in the reserved fields.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from zoetrope.core.errors import InvalidRequest, MediaError
from zoetrope.media.labels import find_aigc
from zoetrope.release.profiles import law

_GENERATED = "1"
_CODE_LENGTH = 27
_MOST_EARLIER = 8  # labels of inputs that are named; with the next number a packet stays below two kilobytes
_LONGEST_NAME = 64  # characters of a name that an input brings; a provider code has 27, an id of ours 12


def make_aigc(provider: str, produce_id: str, *, earlier: Sequence[Mapping[str, str]] = ()) -> dict[str, str]:
    """The label of one output that a provider generated.

    `provider` is a provider code of 27 characters or a name without spaces, "" where none is configured; `produce_id`
    names the output. Labels found on inputs (`earlier`) stay named in ReservedCode1, which the standard leaves to the
    producer, because a file carries exactly one label; what it does not allow there is written as in addresses (%20).
    Raises: InvalidRequest when a value holds characters that the standard does not allow, or a code is mistyped.
    Source: GB 45438-2025, 6.1 and Annex E.
    """
    _check_provider(provider)
    values = {"Label": _GENERATED, "ContentProducer": provider, "ProduceID": produce_id}
    label = {name: values.get(name, "") for name in law("aigc_fields")}
    label["ReservedCode1"] = _named(earlier)
    check_aigc(label)
    return label


def _named(earlier: Sequence[Mapping[str, str]]) -> str:
    names = ("ContentProducer", "ProduceID")
    origins = ["/".join(_quoted(label.get(name, "")) for name in names) for label in earlier[:_MOST_EARLIER]]
    return "from:" + ",".join(origins) if origins else ""


def _quoted(name: str) -> str:
    """A name as strangers wrote it, in the signs that the standard allows and without those that part names."""
    return quote(name, safe="", errors="replace")[:_LONGEST_NAME]


def check_aigc(label: Mapping[str, str]) -> None:
    """Raises: InvalidRequest when a label is not as the standard wants it; it says which field and why."""
    fields, states = law("aigc_fields"), law("aigc_states")
    if sorted(label) != sorted(fields):
        raise InvalidRequest(f"an AIGC label has the fields {', '.join(fields)}; this one has {', '.join(label)}")
    if label["Label"] not in states:
        raise InvalidRequest(f"Label in an AIGC label is one of {', '.join(states)}, not {label['Label']!r}")
    low, high = law("aigc_characters")
    for name, value in label.items():
        if not isinstance(value, str) or not all(low <= ord(letter) <= high for letter in value):
            raise InvalidRequest(
                f"{name} in an AIGC label may hold printable ASCII without spaces only, not {value!r}; "
                "use the provider's code of 27 characters instead of a Chinese name"
            )
    if not label["ProduceID"]:
        raise InvalidRequest("ProduceID in an AIGC label is empty; give the id of this output")


def _check_provider(provider: str) -> None:
    """Codes and names are both allowed; a mistyped code would name nobody. Source: TC260-PG-20252A."""
    looks_like_code = len(provider) == _CODE_LENGTH and provider.startswith("00")
    if looks_like_code and not re.fullmatch(law("producer_code"), provider):
        raise InvalidRequest(f"the provider {provider!r} is no valid provider code; check how it is spelled")


def as_metadata(label: Mapping[str, str]) -> dict[str, str]:
    """A label as the metadata that media writers take. Raises: InvalidRequest when it is not as it must be."""
    check_aigc(label)
    return {law("aigc_key"): json.dumps(dict(label), separators=(",", ":"))}


def read_aigc(path: str | Path) -> dict[str, str] | None:
    """The label that a file carries, as its fields stand there; None when it carries none.

    Labels of others may lack fields or say more; `check_aigc` tells. Raises: MediaError when the file cannot be read,
    carries several labels that differ, or one that is no JSON object of texts.
    """
    found = [_parsed(text, path) for text in dict.fromkeys(find_aigc(path)) if text]
    if any(label != found[0] for label in found):
        raise MediaError(f"{path} carries {len(found)} different AIGC labels, and the standard allows one; trust none")
    return found[0] if found else None


def _parsed(text: str, path: str | Path) -> dict[str, str]:
    try:
        label = json.loads(text)
    except (ValueError, RecursionError):
        label = None
    if not isinstance(label, dict) or not all(isinstance(value, str) for value in label.values()):
        raise MediaError(f"{path} carries an AIGC label that is not a JSON object of texts; trust nothing in it")
    return label

"""Words that the pocket network has never read, and the nearest ones that it has. Knows no network and no pictures."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from zoetrope.core.errors import WeightsError
from zoetrope.engine.families.pocket.naming import COUNTS

WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?", re.IGNORECASE)
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
FOREIGN = re.compile(r"[^\W\d_a-zA-Z\u3400-\u4dbf\u4e00-\u9fff]+")
NEAR = 0.6  # difflib's own default: below it the suggestions are noise
SPELT = 0.9  # likeness from which an unknown word is a known one that was mistyped, unless it is short
LEAST_SPELT = 5  # letters
MOST_NEAR = 3

# Words that carry grammar, not a thing to see or hear: not knowing them loses nothing.
_GRAMMAR = (
    "a an the this that these those it its he she his her they them their there here i we you my your our who which "
    "what where when while as and or but nor so if then than of in on at to into onto from by with without for over "
    "under up down out off about around through across between along behind before after during near next is are was "
    "were be been being am do does did has have had can could will would shall should may might must not no yes very "
    "just also only some any each every all both one please make show create generate video clip film shot "
    "scene"
)
FUNCTION_WORDS = frozenset(_GRAMMAR.split()) | {each for each in COUNTS if each.isascii()}
FUNCTION_CHARACTERS = frozenset(
    "的地得了着过在是有和与及或而且但也又都就还才只不没无很最太更把被让使给对从向往到于以为因所之其这那此某每各个"
    "只条张片位辆艘头匹颗一上下里中外内前后旁边面请做拍画生成制作视频短片镜场景它他她们我你您吗呢吧啊呀哦谁"
) | {each for each in COUNTS if not each.isascii()}


@dataclass(frozen=True)
class Lexicon:
    """Everything that the captions of the training world could say, English in lower case."""

    words: frozenset[str]
    characters: frozenset[str]


@lru_cache(maxsize=4)
def read_lexicon(path: Path) -> Lexicon:
    """Read a lexicon, a JSON object with the lists `words` and `characters`.

    Raises: WeightsError if the file is missing or is none.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return Lexicon(frozenset(held["words"]), frozenset(held["characters"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"the lexicon {path} cannot be read ({error}); install the package's weights again."
        ) from None


def unknown_words(text: str, lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    """Name every unknown word of a text in its order, each with the nearest known ones (English only)."""
    found: dict[int, tuple[str, tuple[str, ...]]] = {}
    for match in WORD.finditer(text):
        word = match[0].lower()
        if not _known(word, lexicon):
            near = difflib.get_close_matches(word, sorted(lexicon.words), n=MOST_NEAR, cutoff=NEAR)
            found[match.start()] = word, tuple(near)
    for match in HAN.finditer(text):
        for start, run in _unknown_runs(match[0], lexicon):
            found[match.start() + start] = run, ()
    for match in FOREIGN.finditer(text):
        found[match.start()] = match[0], ()
    return dict(found[place] for place in sorted(found))


def mistyped(text: str, lexicon: Lexicon) -> dict[str, str]:
    """The unknown English words of a text that are known ones but for a slip of the fingers, in their order."""
    words = dict.fromkeys(match[0].lower() for match in WORD.finditer(text))
    meant = {word: _meant(word, lexicon) for word in words if len(word) >= LEAST_SPELT and not _known(word, lexicon)}
    return {word: known for word, known in meant.items() if known is not None}


def _meant(word: str, lexicon: Lexicon) -> str | None:
    """The known word of which two neighbouring letters are swapped, or nearly all are here."""
    long = sorted(known for known in lexicon.words if len(known) >= LEAST_SPELT)
    turned = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    swapped = [each for each in long if each in turned]
    return next(iter(swapped or difflib.get_close_matches(word, long, n=1, cutoff=SPELT)), None)


def _known(word: str, lexicon: Lexicon) -> bool:
    stem, _, ending = word.replace("’", "'").partition("'")
    contracted = ending != "" and (ending != "s" or stem in FUNCTION_WORDS)
    return contracted or stem in FUNCTION_WORDS or stem in lexicon.words


def _unknown_runs(text: str, lexicon: Lexicon) -> list[tuple[int, str]]:
    """Unknown characters that stand together are one word: nobody looks for half of one."""
    pattern = "".join("x" if each in lexicon.characters or each in FUNCTION_CHARACTERS else "?" for each in text)
    return [(run.start(), text[run.start() : run.end()]) for run in re.finditer(r"\?+", pattern)]


def say_unknown(unknown: dict[str, tuple[str, ...]], shown: dict[str, str]) -> str:
    """Write unknown words in one sentence, with what some are shown as, and the known ones nearest to the others."""
    named = [f'"{word}" (shown as {instead})' for word, instead in shown.items()]
    named += [f'"{word}" (nearest: {", ".join(near)})' if near else f'"{word}"' for word, near in unknown.items()]
    return f"pocket does not know {', '.join(named)}"

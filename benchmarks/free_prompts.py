"""Measure what pocket reads of prompts in people's own words: 340 of them, in both languages, each with its reading.

    python benchmarks/free_prompts.py                 what is read of every set, and by axis
    python benchmarks/free_prompts.py --set 4 --show  one set, with what is read wrong

`free_prompts.jsonl` has for each prompt what it says by axis (any of several answers where more are right), and the
axes on which it may be read either way; what is on neither list was not said. A prompt is right as a whole where all
that it says is read and nothing else is. The sets were written one after another, and the rules were changed by what
earlier ones showed: how often a set was right before anybody looked at it is in docs/log.md.
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.family import LoadedPocket
from zoetrope.engine.families.pocket.heading import heading
from zoetrope.engine.families.pocket.reader import USUAL
from zoetrope.engine.families.pocket.wordings import spelt
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics

PROMPTS = Path(__file__).with_suffix(".jsonl")


def main() -> None:
    """Print what is read right and wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=int, choices=range(1, 5), help="one set alone")
    parser.add_argument("--show", action="store_true", help="show what is read wrong")
    options = parser.parse_args()
    rows = [json.loads(line) for line in PROMPTS.read_text(encoding="utf-8").splitlines()]
    pocket = loaded(family=POCKET, numerics=choose_numerics())
    assert isinstance(pocket, LoadedPocket)
    right, said, falsely = Counter(), Counter(), Counter()
    for number in sorted({row["set"] for row in rows} if options.set is None else {options.set}):
        whole, chosen = 0, [row for row in rows if row["set"] == number]
        before = [each.total() for each in (right, said, falsely)]
        for row in chosen:
            wrong = judge(row, read(pocket, row["prompt"]), right, said, falsely)
            whole += not wrong
            if wrong and options.show:
                print(f"{row['prompt']}\n    {'; '.join(wrong)}")
        told, asked, more = (each.total() - was for each, was in zip((right, said, falsely), before, strict=True))
        print(
            f"set {number}: {whole} of {len(chosen)} prompts right as a whole, {told} of {asked} facts, {more} not said"
        )
    for axis in said:
        print(f"  {axis}: {right[axis]} of {said[axis]}, {falsely[axis]} not said")


@torch.inference_mode()
def read(pocket: LoadedPocket, prompt: str) -> dict[str, str]:
    """What is read of a prompt, by axis."""
    way = heading(spelt(prompt, pocket.stager.tokeniser.lexicon))
    return pocket.stager.said(prompt) | ({} if way is None else {"heading": way})


def judge(
    row: Mapping[str, object], got: Mapping[str, str], right: Counter, said: Counter, falsely: Counter
) -> Sequence[str]:
    """What is wrong with a reading, in words; the counters go on by axis. What is usual need not be said."""
    wrong, says = [], row["says"]
    assert isinstance(says, dict)
    assert isinstance(row["open"], list)
    for axis, answers in says.items():
        answers = answers if isinstance(answers, list) else [answers]
        usual = USUAL.get(axis)
        fits = got.get(axis, usual if usual in answers else None) in answers
        said[axis] += 1
        right[axis] += fits
        if not fits:
            wrong.append(f"{axis}: {' or '.join(answers)}, read {got.get(axis)}")
    for axis, value in got.items():
        if axis not in says and axis not in row["open"] and USUAL.get(axis) != value:
            falsely[axis] += 1
            wrong.append(f"{axis}: not said, read {value}")
    return wrong


if __name__ == "__main__":
    main()

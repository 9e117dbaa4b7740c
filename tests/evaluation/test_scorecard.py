"""An evaluation is resumable, writes its table, and asks the generator for what it says."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from zoetrope.core.errors import InvalidRequest, Unsupported, WeightsError
from zoetrope.engine.families.pocket.spotter import Spotter, SpotterConfig
from zoetrope.evaluation import sheets
from zoetrope.evaluation.detect import Detectors, Sky, load
from zoetrope.evaluation.drops import DropsConfig, DropsNet
from zoetrope.evaluation.motion import MotionConfig, MotionNet
from zoetrope.evaluation.scorecard import evaluate
from zoetrope.evaluation.weather import WeatherConfig, WeatherNet
from zoetrope.release.label import Label
from zoetrope.release.profiles import names, read_profile


@pytest.fixture(scope="module")
def detectors():
    tiny = SpotterConfig(finder=(4, 8, 8, 8, 8), joined=8, eye=(4, 8, 8, 8), look=8)
    sky = Sky(DropsNet(DropsConfig(4, 4)), WeatherNet(WeatherConfig(4)))
    return Detectors(Spotter(tiny).eval(), MotionNet(MotionConfig(width=16, depth=1)), sky)


class Noise:
    """A generator that knows nothing and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, prompt, *, seconds, seed, conditions=()):
        if conditions:
            raise Unsupported("noise starts from nothing")
        self.asked.append((prompt, seconds, seed))
        rng = np.random.default_rng(seed)
        frames = rng.integers(0, 256, (6, 72, 128, 3), dtype=np.uint8)
        return SimpleNamespace(frames=frames, sound=rng.normal(0, 0.1, (2, 12_000)).astype(np.float32))


def test_a_stopped_evaluation_goes_on_where_it_was(tmp_path, detectors):
    noise = Noise()
    first = evaluate(noise, folder=tmp_path, limit=2, extras=False, detectors=detectors)
    lines = (tmp_path / "records.jsonl").read_text(encoding="utf-8")
    (tmp_path / "records.jsonl").write_text(lines + '{"name": "00', encoding="utf-8")
    again = evaluate(noise, folder=tmp_path, limit=2, extras=False, detectors=detectors)
    assert len(noise.asked) == 2
    assert first == again
    assert first.clips == 2
    body = json.loads((tmp_path / "scorecard.json").read_text(encoding="utf-8"))
    assert {row["name"] for row in body["rows"]} >= {"object", "camera", "contacts heard within 80 ms"}
    assert not list(tmp_path.rglob("*.png"))


def test_pictures_of_clips_leave_only_by_the_way_that_is_given(tmp_path, detectors):
    kept = []

    def keep(path, picture):
        kept.append(path.name)
        Image.fromarray(picture).save(path)

    evaluate(Noise(), folder=tmp_path, limit=2, extras=False, detectors=detectors, keep=keep)
    assert kept == ["sheet-01.png"]
    assert [path.name for path in tmp_path.rglob("*.png")] == kept


@pytest.mark.parametrize("profile", names())
@pytest.mark.parametrize("clips", [1, 12])
def test_the_label_of_a_sheet_hides_no_clip(clips, profile, tmp_path):
    white = np.full((72, 6 * 128, 3), 255, np.uint8)
    told = {"text": "a ball", "expected": {"object": "ball"}, "seen": {"object": "ball"}, "right": {"object": True}}
    sheet = []
    records = [{"name": f"{number:03d}"} | told for number in range(clips)]
    sheets.sheets(records, lambda _: white, tmp_path, lambda _, picture: sheet.append(picture))
    label = Label(read_profile(profile), sheet[0].shape[1::-1])
    label.draw(sheet[0][None], 0)
    assert label.box[1] >= clips * 102


def test_what_a_checkpoint_cannot_do_counts_for_nothing(tmp_path, detectors):
    card = evaluate(Noise(), folder=tmp_path, limit=1, detectors=detectors)
    assert card.row("first frame against the given picture").measured is None
    assert "noise starts from nothing" in (tmp_path / "records.jsonl").read_text(encoding="utf-8")


def test_detectors_look_only_at_clips(detectors):
    with pytest.raises(InvalidRequest, match="uint8 frames"):
        detectors.look(np.zeros((1, 8, 8, 3), np.uint8))


def test_absent_weights_are_one_sentence(tmp_path):
    with pytest.raises(WeightsError, match="are missing"):
        load(tmp_path)

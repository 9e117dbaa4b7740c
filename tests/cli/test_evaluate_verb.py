"""`zoetrope evaluate` measures the detectors themselves on true renders, goes on where it stopped, and leaves proof."""

import json

from zoetrope.cli.app import run
from zoetrope.evaluation.proven import read_proof


def test_detectors_are_proven_by_command(tmp_path, capsys):
    line = ["evaluate", "detectors", "-o", str(tmp_path), "--prompts"]
    assert run([*line, "1"]) == 0
    first = (tmp_path / "records.jsonl").read_text(encoding="utf-8")
    assert run([*line, "2"]) == 0
    both = (tmp_path / "records.jsonl").read_text(encoding="utf-8").splitlines()
    assert both[0] == first.strip()
    assert [json.loads(record)["name"] for record in both] == ["000", "001"]
    assert read_proof(tmp_path / "proof.json")["setting"].n == 2
    assert (tmp_path / "sheet-01.png").is_file()
    assert "| setting |" in capsys.readouterr().out

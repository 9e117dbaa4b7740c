"""What must start fast starts without torch, in a fresh process."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from zoetrope.cli.app import run

LISTING = "import sys; print('torch' in sys.modules)"
HEAVY = ("torch", "av", "cv2", "c2pa", "cryptography", "PIL", "http.client")


def says(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", ["zoetrope", "zoetrope.core.request", "zoetrope.media", "zoetrope.cli.app"])
def test_importing_leaves_torch_out(name):
    assert says(f"import {name}; {LISTING}") == "False"


def test_help_leaves_torch_out():
    code = f"from zoetrope.cli.app import run; [run([*verb, '--help']) for verb in ((), ('generate',))]; {LISTING}"
    assert says(code) == "False"


def test_the_first_word_of_help_waits_for_no_library_of_media():
    code = f"import zoetrope.cli.app, sys; print([name for name in {HEAVY} if name in sys.modules])"
    assert says(code) == "[]"


def test_the_version_is_the_packages(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"zoetrope {version('zoetrope')}\n"


def test_a_bad_request_is_refused_without_torch():
    code = f"from zoetrope.cli.app import run; assert run(['generate', '', '-o', 'x.mp4']) == 2; {LISTING}"
    assert says(code) == "False"

"""Media work without torch: the API process and the studio start without it."""

import subprocess
import sys


def test_media_import_no_torch():
    script = "import sys, zoetrope.media; print('torch' in sys.modules, 'cv2' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "False"]

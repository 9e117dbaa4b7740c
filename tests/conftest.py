"""What the whole suite shares: a folder of user data of its own, and the count of skipped tests by reason."""

import signal
from collections import Counter

import pytest


def pytest_configure():
    """A shell lets its background jobs ignore Ctrl-C, and so would everything that tests of it start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def home(tmp_path_factory):
    """The registry and the local root of a test run lie in a folder that goes with it."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZOETROPE_HOME", str(folder))
        yield folder


def pytest_terminal_summary(terminalreporter):
    """Say how many tests were skipped, and why."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[-1]).removeprefix("Skipped: ") for report in skipped)
    terminalreporter.section(f"{len(skipped)} tests skipped")
    for reason, count in reasons.most_common():
        terminalreporter.line(f"{count:4}  {reason}")

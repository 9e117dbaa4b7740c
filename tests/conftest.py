"""What the whole suite shares: the count of skipped tests by reason, so that no skip goes unnoticed."""

from collections import Counter


def pytest_terminal_summary(terminalreporter):
    """Say how many tests were skipped, and why."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[-1]).removeprefix("Skipped: ") for report in skipped)
    terminalreporter.section(f"{len(skipped)} tests skipped")
    for reason, count in reasons.most_common():
        terminalreporter.line(f"{count:4}  {reason}")

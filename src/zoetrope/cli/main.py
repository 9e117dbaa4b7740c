"""The door of the command line: picks the allocator before anything heavy is imported, then hands over to `app`."""

import sys

from zoetrope.cli import allocator

COMPUTING = frozenset(
    {"generate", "retake", "edit", "foley", "extend", "bridge", "stream", "request", "train", "evaluate"}
)


def main() -> None:
    """Run the command line of this process and end the process with its exit code."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] in COMPUTING and "--help" not in arguments:
        allocator.relaunch()
    from zoetrope.cli.app import run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()

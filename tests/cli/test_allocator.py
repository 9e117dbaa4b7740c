"""The second start under another allocator happens once, keeps what the user set, and can be switched off."""

import os
import subprocess
import sys

import pytest

from zoetrope.cli import allocator

SAYS = "from zoetrope.cli import allocator; allocator.relaunch(); print(allocator.name_allocator())"


def start(**environment: str) -> str:
    clean = {
        key: value for key, value in os.environ.items() if key not in (allocator.SWITCH, "LD_PRELOAD", "MALLOC_CONF")
    }
    done = subprocess.run(
        [sys.executable, "-c", SAYS], env=clean | environment, capture_output=True, text=True, check=True, timeout=300
    )
    return done.stdout.strip()


def test_the_process_starts_again_under_jemalloc_where_it_is():
    if allocator.find_jemalloc() is None:
        pytest.skip("jemalloc is not installed")
    assert start() == f"jemalloc ({allocator.TUNING})"


def test_the_switch_keeps_the_system_allocator():
    assert start(ZOETROPE_ALLOCATOR="system") == "the system's"


def test_settings_of_the_user_stay():
    made = allocator.environment_with("/lib/j.so.2", {"MALLOC_CONF": "mine", "LD_PRELOAD": "/lib/other.so"})
    assert made["MALLOC_CONF"] == "mine"
    assert made["LD_PRELOAD"] == "/lib/j.so.2 /lib/other.so"
    assert made[allocator.SWITCH] == "jemalloc"


def test_nothing_happens_off_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert allocator.find_jemalloc() is None

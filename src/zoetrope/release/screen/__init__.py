"""What is asked for, given and made is looked at first: words, pictures and sound, by lists, hashes and moderators."""

from zoetrope.release.screen.lists import TermList, import_list, starter_lists
from zoetrope.release.screen.media import PictureScreen, screen_pictures, screen_sound
from zoetrope.release.screen.moderators import Moderator, Opinion
from zoetrope.release.screen.policy import ScreenPolicy, open_screen
from zoetrope.release.screen.text import screen_text
from zoetrope.release.screen.verdict import Finding, Verdict

__all__ = [
    "Finding",
    "Moderator",
    "Opinion",
    "PictureScreen",
    "ScreenPolicy",
    "TermList",
    "Verdict",
    "import_list",
    "open_screen",
    "screen_pictures",
    "screen_sound",
    "screen_text",
    "starter_lists",
]

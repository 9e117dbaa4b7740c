"""The exact words to which a person agrees before a face or a voice is used, by version. Knows no registry.

A change of the words is a new version; consents keep the version that was shown, and its digest.
"""

from __future__ import annotations

import hashlib
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["face", "voice"]
Language: TypeAlias = Literal["en", "zh"]

VERSION = "1"

_TEXTS: dict[tuple[Kind, Language], str] = {
    ("face", "en"): (
        "I am the person whose face is given, or I act with that person's written permission, which I upload. "
        "That person is at least 18 years old. I agree that moving pictures with this face are generated for the "
        "people and projects named in this consent, until the date named in it. Everything made carries marks "
        "that say it was generated. This covers the face only; the voice needs a consent of its own. I can revoke "
        "this at any time: nothing new is made from then on, and I am shown what was made before."
    ),
    ("voice", "en"): (
        "I am the person whose voice is given, or I act with that person's written permission, which I upload. "
        "That person is at least 18 years old. I agree that speech in this voice is generated for the people and "
        "projects named in this consent, until the date named in it. Everything made carries marks that say it was "
        "generated. This covers the voice only; the face needs a consent of its own. I can revoke this at any time: "
        "nothing new is made from then on, and I am shown what was made before."
    ),
    ("face", "zh"): (
        "我是所提供面部的本人，或持有本人的书面授权并已上传。本人已满十八周岁。我同意在本同意书所列的使用者与项目范围内、"
        "至所列日期为止，用该面部生成动态画面。所有生成内容都带有表明其为人工智能生成的标识。本同意仅限面部，声音须另行同意。"
        "我可以随时撤回：撤回后不再生成新的内容，并向我列出此前生成的内容。"
    ),
    ("voice", "zh"): (
        "我是所提供声音的本人，或持有本人的书面授权并已上传。本人已满十八周岁。我同意在本同意书所列的使用者与项目范围内、"
        "至所列日期为止，用该声音生成语音。所有生成内容都带有表明其为人工智能生成的标识。本同意仅限声音，面部须另行同意。"
        "我可以随时撤回：撤回后不再生成新的内容，并向我列出此前生成的内容。"
    ),
}


def agreement(kind: Kind, language: Language = "en") -> str:
    """The text to agree to, in its present version."""
    return _TEXTS[kind, language]


def digest(kind: Kind) -> str:
    """What stands for the text in all its languages in a record: hexadecimal SHA-256."""
    return hashlib.sha256("\n".join(_TEXTS[kind, language] for language in ("en", "zh")).encode()).hexdigest()

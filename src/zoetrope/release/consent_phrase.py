"""Random phrases that a person reads aloud, so that a recording was made for this consent and not taken from elsewhere.

Whether a recording says its phrase is for a `PhraseChecker` of the operator, or for a person who attests it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from zoetrope.release.consent_text import Language

VALID = timedelta(minutes=15)  # time to find a quiet room; too short to have somebody imitated well
_WORDS_EN = """
amber anchor apple autumn basket beacon bridge button candle canyon carpet castle cedar cherry circle clover copper
cotton cradle crystal dragon eagle ember engine fabric feather forest garden garnet ginger glacier harbor hazel helmet
honey island ivory jacket jasmine kettle ladder lantern lemon linen lotus magnet maple marble meadow mirror monsoon
nectar needle olive orchard oyster paddle paper pebble pepper planet pocket quartz rabbit raven ribbon river rocket
saddle saffron sailor salmon scarlet shadow silver sparrow spiral summer sunset tablet temple thunder ticket tiger
timber topaz tunnel turtle umbrella valley velvet violet walnut willow window winter yellow zipper
"""
_WORDS_ZH = """
春天 夏夜 秋风 冬雪 清晨 黄昏 星空 月光 海浪 山谷 河流 草原 森林 花园 竹林 茶杯 木桌 灯笼 风筝 雨伞 书包 钢琴 画笔 镜子
窗户 台阶 石桥 火车 帆船 飞鸟 蝴蝶 白鹭 松鼠 骆驼 大象 海豚 苹果 樱桃 核桃 莲花 桂花 枫叶 红豆 绿茶 蓝天 白云 银河 彩虹
铁塔 古城 小镇 麦田 沙滩 灯塔 瀑布 温泉 雪山 峡谷 岛屿 港口 集市 剧场 邮局 车站
"""
_WORDS: dict[Language, tuple[str, ...]] = {"en": tuple(_WORDS_EN.split()), "zh": tuple(_WORDS_ZH.split())}
_COUNT = 6  # one phrase of about 10**12 in English, 10**11 in Chinese


@dataclass(frozen=True)
class Phrase:
    """What to read aloud, for whom, and until when."""

    id: str
    subject: str
    text: str
    expires: datetime


class PhraseChecker(Protocol):
    """Somebody who hears whether a recording says a phrase, and is spoken live by one person."""

    def says(self, recording: Path, phrase: str) -> bool: ...


def draw_phrase(subject: str, language: Language, now: datetime) -> Phrase:
    """A phrase that nobody can know beforehand."""
    words = [secrets.choice(_WORDS[language]) for _ in range(_COUNT)]
    text = " ".join(words) if language == "en" else "，".join(words)
    return Phrase(f"phr-{secrets.token_hex(8)}", subject, text, now + VALID)

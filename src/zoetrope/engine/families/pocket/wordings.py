"""Other words for what pocket shows, said in the words that it has read: other forms of a word, and what is nearest.

`bounce` is `bounces` and nobody needs to be told; a truck is shown as a car, which is told. What is left is unknown.
No word that pocket has read is ever changed. Knows no network.
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType

# Other forms of words, which mean the same.
_FORMS = {
    **{"bounces": "bounce bounced", "falls": "fell fallen", "rolls": "roll rolled", "slides": "slide slid"},
    **{"flies": "fly flew flown", "swings": "swing swung", "floats": "floated", "spins": "spin spun"},
    **{"jumps": "jump jumped", "rotates": "rotate rotated", "turns": "turned", "glides": "glide glided"},
    **{"rebounds": "rebound rebounded", "collides": "collided", "hits": "hit", "bumps": "bumped"},
    **{"crashes": "crashed", "talks": "talk talked", "speaks": "speak spoke", "says": "said", "drops": "dropped"},
    **{"chats": "chat chatted", "hops": "hop hopped", "leaps": "leap leapt leaped", "soars": "soar soared"},
    **{"hovers": "hover hovered", "drifting": "drifts drifted", "sways": "sway swayed", "twirls": "twirl twirled"},
    **{"running": "run ran", "moves": "moved moving", "comes": "came", "circles": "circled"},
    **{"floating": "afloat"},
    **{"ball": "balls", "cube": "cubes", "star": "stars", "ring": "rings", "car": "cars", "boat": "boats"},
    **{"bird": "birds", "lantern": "lanterns", "robot": "robots", "ship": "ships", "hoop": "hoops", "toy": "toys"},
    **{"dunes": "dune", "petals": "petal", "stripes": "stripe", "snowing": "snowed", "raining": "rained"},
    **{"slowly": "slower", "fast": "faster", "quickly": "quicker", "grass": "grasses", "rainy": "drizzle drizzling"},
    **{"beach": "beaches", "city": "cities", "town": "towns", "street": "streets", "meadow": "meadows"},
}
# What is shown in the place of what pocket has never seen.
_NEAREST = {
    "car": "truck trucks bus buses taxi taxis van vans lorry automobile automobiles vehicle vehicles sedan jeep",
    "boat": "sailboat sailboats yacht canoe ferry raft vessel",
    "bird": "eagle seagull seagulls gull parrot sparrow pigeon duck owl swan crow chick chicken",
    "fish": "fishes shark goldfish salmon whale dolphin",
    "ball": "football basketball tennis balloon orb marble",
    "cube": "dice die crate brick",
    "ring": "wheel bracelet donut tyre tire",
    "lantern": "lamps chandelier lightbulb",
    "robot": "android droid bot",
    "meadow": "lawn fields park garden pasture farm forest woods",
    "city": "downtown road roads avenue skyline",
    "sea": "lake river waves wave harbour harbor",
    "beach": "shore coast seaside",
    "room": "bedroom kitchen office house",
    "stage": "podium concert",
    "snowfield": "ice glacier arctic",
    "desert": "sahara",
    "white": "silver gray grey ivory cream",
    "yellow": "gold amber blond",
    "orange": "brown bronze copper",
    "red": "crimson maroon ruby",
    "blue": "navy azure indigo",
    "purple": "magenta lavender lilac",
    "green": "emerald lime olive",
    "cyan": "teal aqua",
    "slides": "drive drives drove driven rides ride races race",
    "floats": "swims swim swam sails sail sailed bobs bob",
    "floating": "swimming sailing bobbing",
    "sliding": "driving riding racing",
    "falling": "plunging tumbling sinking",
    "falls": "plunges plunge tumbles tumble sinks sink",
    "talks": "sing sings shouts shout whispers whisper",
    "talking": "singing shouting whispering",
    "hits": "strikes strike struck bangs bang smashes smash knocks knock",
    "hitting": "striking smashing knocking",
    "jumps": "skips skip",
    "sunset": "sunrise dawn twilight",
    "fast": "swiftly rapid",
    "tiny": "miniature mini",
    "huge": "giant gigantic enormous",
    "metal": "iron aluminium aluminum",
    "wooden": "oak timber",
}
_NEAREST_CHINESE = {
    "小车": "卡车 公交车 出租车 货车 轿车 跑车",
    "小船": "轮船 游艇 渡轮",
    "鸟": "老鹰 海鸥 鹦鹉 麻雀 鸽子 鸭子 天鹅",
    "鱼": "鲨鱼 鲸鱼 海豚 鲤鱼",
    "球": "足球 篮球",
    "方块": "箱子 骰子 砖头",
    "圆环": "轮子 手镯 轮胎",
    "机器人": "仿生人",
    "草地": "公园 花园 田野 森林 树林",
    "城市": "马路 公路 市区",
    "海面": "湖面 河面 湖上 河上",
    "沙滩": "海岸 岸边",
    "房间": "卧室 厨房 客厅 办公室",
    "雪地": "冰面 冰川",
    "白色": "银色 灰色",
    "橙色": "棕色 褐色 咖啡色",
    "滑行": "行驶 驾驶 奔驰",
    "漂浮": "游泳 航行 游动 游来游去",
    "说话": "唱歌 喊叫",
    "旋转": "打转",
    "日落": "日出 黎明",
}
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?", re.IGNORECASE)


@cache
def other_forms() -> MappingProxyType[str, str]:
    """Words that mean the same as a known one, by themselves."""
    return MappingProxyType({form: word for word, forms in _FORMS.items() for form in forms.split()})


@cache
def nearest() -> MappingProxyType[str, str]:
    """What is shown as something else, by itself, in both languages."""
    tables = (*_NEAREST.items(), *_NEAREST_CHINESE.items())
    return MappingProxyType({other: word for word, others in tables for other in others.split()})


@cache
def _chinese() -> re.Pattern[str]:
    others = sorted((each for each in nearest() if not each.isascii()), key=len, reverse=True)
    return re.compile("|".join(others))


def in_known_words(prompt: str) -> str:
    """A prompt with every word that has another for it replaced by that one."""

    def known(match: re.Match[str]) -> str:
        word = match[0].lower()
        return other_forms().get(word) or nearest().get(word) or match[0]

    return _chinese().sub(lambda match: nearest()[match[0]], _WORD.sub(known, prompt))


def shown_as(prompt: str) -> dict[str, str]:
    """The words of a prompt that are shown as something else, in their order."""
    english = {match.start(): match[0].lower() for match in _WORD.finditer(prompt) if match[0].lower() in nearest()}
    both = english | {match.start(): match[0] for match in _chinese().finditer(prompt)}
    return {both[place]: nearest()[both[place]] for place in sorted(both)}

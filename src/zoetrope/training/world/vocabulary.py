"""The axes of the toy stage: every value with its English and Chinese names and its physical constants."""

from __future__ import annotations

from typing import NamedTuple

from zoetrope.engine.families.pocket.axes import ASKED, AXES, STAGE


class Names(NamedTuple):
    """English and Chinese words for one value, the canonical one first."""

    en: tuple[str, ...]
    zh: tuple[str, ...]


class Material(NamedTuple):
    """restitution of an impact; pitch of a small thing in Hz; decay time of its ring in seconds."""

    restitution: float
    pitch: float
    decay: float


COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (214, 48, 49),
    "orange": (240, 130, 40),
    "yellow": (241, 208, 60),
    "green": (60, 170, 80),
    "cyan": (60, 190, 200),
    "blue": (50, 95, 215),
    "purple": (140, 70, 200),
    "pink": (245, 140, 185),
    "white": (240, 240, 240),
    "black": (40, 40, 45),
}
MATERIALS: dict[str, Material] = {
    "rubber": Material(0.85, 180.0, 0.09),
    "wood": Material(0.45, 420.0, 0.14),
    "metal": Material(0.55, 900.0, 0.55),
    "glass": Material(0.30, 1900.0, 0.40),
}
RADII: dict[str, float] = {"small": 0.17, "large": 0.32}  # metres
OBJECTS, SURFACES = AXES["object"], AXES["surface"]
SETTINGS, LIGHTS, WEATHERS, STYLES = STAGE["setting"], STAGE["light"], STAGE["weather"], STAGE["style"]
ACTIONS, PACES, CAMERAS = ASKED["action"], ASKED["pace"], ASKED["camera"]

_CAMERA_ZH = {
    "static": ("固定镜头", "镜头不动", "镜头静止", "定镜", "静止镜头"),
    "pan left": ("镜头左移", "镜头向左移", "镜头向左平移", "向左平移", "左移镜头"),
    "pan right": ("镜头右移", "镜头向右移", "镜头向右平移", "向右平移", "右移镜头"),
    "tilt up": ("镜头上摇", "镜头向上摇", "上摇镜头", "镜头上仰"),
    "tilt down": ("镜头下摇", "镜头向下摇", "下摇镜头", "镜头下俯"),
    "push in": ("镜头推近", "推近镜头", "镜头向前推", "推镜头", "镜头靠近"),
    "pull back": ("镜头拉远", "拉远镜头", "镜头向后拉", "拉镜头", "镜头远离"),
    "orbit left": ("镜头向左环绕", "镜头左环绕", "向左环绕", "镜头往左绕"),
    "orbit right": ("镜头向右环绕", "镜头右环绕", "向右环绕", "镜头往右绕"),
}
_CAMERA_EN = {
    "static": ("static camera", "static shot", "fixed camera", "locked camera", "still camera"),
    "pan left": ("pan left", "camera pans left", "left pan", "panning left", "pan to the left"),
    "pan right": ("pan right", "camera pans right", "right pan", "panning right", "pan to the right"),
    "tilt up": ("tilt up", "camera tilts up", "upward tilt", "tilting up"),
    "tilt down": ("tilt down", "camera tilts down", "downward tilt", "tilting down"),
    "push in": ("push in", "camera pushes in", "push-in", "dolly in", "zoom in"),
    "pull back": ("pull back", "camera pulls back", "pull-back", "dolly out", "zoom out"),
    "orbit left": ("orbit left", "camera orbits left", "orbiting left", "circling to the left"),
    "orbit right": ("orbit right", "camera orbits right", "orbiting right", "circling to the right"),
}

# How people call each value, the canonical name first: what prompts may say and what captions list as keywords.
NAMES: dict[str, dict[str, Names]] = {
    "object": {
        "ball": Names(("ball", "sphere"), ("球", "圆球", "球球")),
        "cube": Names(("cube", "block", "box"), ("方块", "立方体", "方盒子")),
        "star": Names(("star",), ("星星", "五角星", "星")),
        "ring": Names(("ring", "hoop"), ("圆环", "环", "圆圈")),
        "car": Names(("car", "toy car"), ("小车", "汽车", "车", "玩具车")),
        "boat": Names(("boat", "toy boat", "ship"), ("小船", "船", "帆船")),
        "bird": Names(("bird",), ("鸟", "鸟儿")),
        "fish": Names(("fish",), ("鱼", "鱼儿")),
        "lantern": Names(("lantern", "paper lantern"), ("灯笼", "纸灯笼")),
        "robot": Names(("robot",), ("机器人",)),
    },
    "colour": {
        "red": Names(("red", "scarlet"), ("红色", "红", "大红色")),
        "orange": Names(("orange",), ("橙色", "橙", "橘色")),
        "yellow": Names(("yellow",), ("黄色", "黄")),
        "green": Names(("green",), ("绿色", "绿")),
        "cyan": Names(("cyan", "turquoise"), ("青色", "青")),
        "blue": Names(("blue",), ("蓝色", "蓝")),
        "purple": Names(("purple", "violet"), ("紫色", "紫")),
        "pink": Names(("pink",), ("粉色", "粉", "粉红色")),
        "white": Names(("white",), ("白色", "白")),
        "black": Names(("black",), ("黑色", "黑")),
    },
    "size": {
        "small": Names(("small", "little", "tiny"), ("小", "小小", "小型")),
        "large": Names(("large", "big", "huge"), ("大", "大大", "大型")),
    },
    "surface": {
        "plain": Names(("plain", "unpatterned"), ("纯色", "素面")),
        "striped": Names(("striped", "stripy"), ("条纹", "带条纹", "有条纹")),
        "dotted": Names(("dotted", "spotted", "polka-dot"), ("圆点", "波点", "带圆点")),
        "checked": Names(("checked", "checkered", "chequered"), ("格子", "方格", "带格子")),
    },
    "material": {
        "rubber": Names(("rubber",), ("橡胶", "橡皮")),
        "wood": Names(("wooden", "wood"), ("木头", "木制", "木质")),
        "metal": Names(("metal", "metallic", "steel"), ("金属", "铁皮", "金属制")),
        "glass": Names(("glass",), ("玻璃", "玻璃制")),
    },
    "setting": {
        "meadow": Names(("meadow", "grass", "grassland"), ("草地", "草坪", "草原")),
        "beach": Names(("beach", "sandy beach"), ("沙滩", "海滩")),
        "city": Names(("city", "city street", "town"), ("城市", "城市街道", "街头")),
        "snowfield": Names(("snowfield", "snowy field"), ("雪地", "雪原")),
        "desert": Names(("desert", "sand dunes"), ("沙漠", "大漠", "沙丘")),
        "room": Names(("room", "indoors"), ("房间", "室内", "屋里")),
        "sea": Names(("sea", "ocean", "water"), ("海面", "海上", "大海")),
        "stage": Names(("stage", "theatre", "theater stage"), ("舞台", "剧场")),
    },
    "light": {
        "day": Names(("day", "daylight", "daytime"), ("白天", "日光", "白昼")),
        "sunset": Names(("sunset", "dusk", "golden hour", "evening light"), ("日落", "黄昏", "傍晚", "夕阳")),
        "night": Names(("night", "nighttime", "moonlight"), ("夜晚", "夜里", "晚上", "黑夜")),
    },
    "weather": {
        "clear": Names(("clear weather", "clear sky"), ("晴", "晴朗", "天气晴朗")),
        "rain": Names(("rain", "rainy", "raining"), ("下雨", "雨", "雨天", "雨中")),
        "snow": Names(("snow", "snowing", "snowfall", "falling snow"), ("下雪", "雪", "飘雪", "雪花")),
        "petals": Names(("petals", "falling petals", "drifting petals"), ("花瓣飘落", "花瓣", "落花")),
    },
    "style": {
        "plain": Names(("plain style", "simple style"), ("普通风格", "简洁画风")),
        "ink wash": Names(("ink wash", "ink wash painting", "ink painting"), ("水墨", "水墨画", "水墨风格")),
        "pencil sketch": Names(("pencil sketch", "pencil drawing", "sketch"), ("素描", "铅笔画", "铅笔素描")),
        "neon": Names(("neon", "neon style", "neon glow"), ("霓虹", "霓虹风格", "霓虹灯")),
        "pixel art": Names(("pixel art", "pixel style", "retro pixels"), ("像素", "像素画", "像素风格")),
    },
    "action": {
        "bounces": Names(("bounces", "bouncing"), ("弹跳", "弹来弹去")),
        "falls": Names(("falls", "falling", "dropping"), ("落下", "掉落", "坠落")),
        "rolls": Names(("rolls", "rolling"), ("滚动", "滚来滚去")),
        "slides": Names(("slides", "sliding", "gliding"), ("滑行", "滑动")),
        "flies": Names(("flies", "flying", "soaring"), ("飞过", "飞行", "飞翔")),
        "swings": Names(("swings", "swinging"), ("摆动", "荡来荡去")),
        "floats": Names(("floats", "floating", "hovering"), ("漂浮", "飘浮", "悬浮")),
        "jumps": Names(("jumps", "jumping", "leaping"), ("跳起", "跳跃")),
        "spins": Names(("spins", "spinning", "rotating"), ("旋转", "转圈")),
        "rebounds": Names(("rebounds from the wall", "rebounding from the wall"), ("撞墙反弹", "撞墙弹回")),
        "collides": Names(("collides", "colliding", "collision"), ("相撞", "碰撞")),
        "talks": Names(("talks", "talking", "speaking"), ("说话", "讲话")),
    },
    "pace": {
        "normal": Names(("normal pace", "normal speed"), ("正常速度", "不快不慢")),
        "slowly": Names(("slowly", "slow"), ("缓慢", "慢慢", "慢速")),
        "fast": Names(("fast", "quickly", "quick"), ("快速", "飞快", "迅速")),
    },
    "camera": {name: Names(_CAMERA_EN[name], _CAMERA_ZH[name]) for name in CAMERAS},
}

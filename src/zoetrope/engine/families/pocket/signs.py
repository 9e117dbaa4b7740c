"""The words by which a prompt says a value of an axis, in both languages: data only.

A value has words that always mean it, and words that it cannot be meant without. `snow` can mean where or when: it
settles neither, but nobody means a snowfield who writes none of its words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from zoetrope.engine.families.pocket.naming import INK_WORDS


class Sign(NamedTuple):
    """Patterns of what settles a value, and of what it is not said without beside these; empty: nothing."""

    sure: str
    needs: str = ""


# What a prompt says is not there, with the word that says so; "in no hurry" and the like are said themselves.
NEGATED = re.compile(
    r"(?:\b(?:no(?! hurry)|not(?! mov)|never|without(?! a pattern)|neither|nor)\b|n't(?! mov))"
    r"(?: (?:any|a|an|the|be|being|have|too|so|see|want|show|in|on|at|by|during|under))* \w+"
    r"|\b(?:rain|snow|it) (?:has |had )?(?:stop|end|clear)\w*|[雨雪]停"
    r"|(?:没有(?!花纹)|差点儿?|没(?!有)|不要|不会|不是|不能|不需要|不(?![停断动住快慢])|无(?!人机)"
    r"|别(?!的))[^，。；、,.;\s]{1,2}",
    re.IGNORECASE,
)
# What fell from the sky and falls no more.
STOPPED = re.compile(
    r"\b(?:the )?(?:rain|snow|petals|rainfall|snowfall) (?:has |have |had )?(?:stop|end|ceas)\w*(?: falling)?"
    r"|\b(?:it )?(?:has |had )?stop\w* (?:raining|snowing)|[雨雪](?:已经|都|也)?停了?",
    re.IGNORECASE,
)
# What something is only compared with; the quality stays.
LIKENED = re.compile(
    r"\b(?:as )?(white|black|red|green|blue|yellow|big|large|small|tiny|huge|fast|quick|slow|bright|round|smooth|hard) "
    r"as (?:a |an |the )?(?:\w+ing )?\w+|\bas \w+ly as (?:a |an |the )\w+|\b(?<!looks )(?<!look )like (?:a |an "
    r"|the )?(?:\w+ing )?\w+|(?:像|如同?|好似|仿佛)[^，。；,]{1,7}?(?:一样|似的|一般|那样|般)",
    re.IGNORECASE,
)
# What is said of the camera, and of what falls from the sky: no thing does it.
OF_CAMERA = re.compile(
    r"(?:\bcamera (?:that )?(?:follow|track)\w*|镜头\w{0,2}跟[着随拍踪]?)"
    r"|\b(?:camera|we|drone|lens)\b[^,.;:，。；]*"
    r"|\b(?:slow|smooth|gentle|steady|quick|fast|rapid)(?:ly)?,? (?:and \w+ )?"
    r"(?:(?:left|right|upward|downward) )?(?:push|pull|pan|tilt|orbit|zoom|dolly|track|circl|close-?up)\w*"
    r"|\b(?:push|pull|pan|tilt|orbit|zoom|dolly)\w*\b[^,.;:，。；]*?\b(?:slowly|quickly|fast|gently)\b"
    r"|\b(?:pan|orbit|track)\w*(?: \w+ly)?(?: to| towards)?(?: the)? (?:left|right)|\b(?:left|right) (?:pan|orbit)\w*"
    r"|(?:镜头|机位|视角)[^，。；,.;]*|(?:向|往)?[左右](?:移|平移|环绕|摇)镜头",
    re.IGNORECASE,
)
# What a place is made of, and no thing.
OF_PLACE = re.compile(
    r"\b(?:wooden|wood|glass|metal|steel) (?:floor|table|window|bridge|door|wall|fence|bench|house|stage)\w*"
    r"|玻璃窗|木地板|木桌|木桥|木杆|木门|木台|铁门|铁路",
    re.IGNORECASE,
)
OF_WEATHER = re.compile(
    r"\b(?:snow|rain|petals|snowflakes|raindrops)\b"
    r"(?: (?:is|are|gently|slowly|softly|heavily|starts?|starting|begins?|to|now))* "
    r"(?:fall|float|drift|drop|com|pour|swirl|whirl|spin|fly|danc)\w*|\b(?:falling|drifting|whirling|swirling"
    r"|spinning) (?:\w+ )?(?:snow|rain|petals|snowflakes)"
    r"|(?:雪花|花瓣|雪|雨)[^，。；,.;]{0,3}(?:飘落|落下|飞舞|纷飞|飘|落|飞)|落花|飞雪|飘(?:着|落)?(?:雪|花瓣)"
    r"|漫天飞?雪",
    re.IGNORECASE,
)

STOPS_DOING = re.compile(r"(?<=\bstop )\w+ing\b|(?<=\bstops )\w+ing\b|(?<=停止)\w{2}", re.IGNORECASE)
# What stands still, and what comes to a stop: no planner has met a first thing that does nothing.
STOPS = re.compile(
    r"\b(?:stops|stopping|stopped|stop|halts|halted|brakes|pauses)\b(?! (?:by|over))|\b(?:comes?|coming|came) to "
    r"(?:a |an )?(?:\w+ )?(?:stop|halt|rest|standstill)\b|\bsits? down\b|(?<!不)停(?:下|住|止|了)|刹车|坐下|站住",
    re.IGNORECASE,
)
HANGS = re.compile(r"\b(?:hangs|hanging|hung)\b|悬挂|[挂吊](?:着|在)", re.IGNORECASE)
LANDS = re.compile(
    r"\b(?:lands|landing|landed|alights)\b|\btouch(?:es|ing) down\b|落[下在到]", re.IGNORECASE
)  # of birds
STANDS = re.compile(
    r"\b(?:stands|standing|stood|sits|sitting|sat|rests|resting|waits|waiting|parked|lies|lying|motionless|stationary)\b"
    r"|\bstand(?= still)|\bstays? (?:still|put|there|where)|\b(?:does not|doesn't|not|without) mov(?:e|ing)\b"
    r"|(?<!车)站(?:着|在|立)|(?<!不)停(?:着|在|放|靠)|坐(?:着|在)|躺(?:着|在)|趴(?:着|在)|静止|不动|等着|等待|[摆放]着|[摆放]在|静静地?[待放]",
    re.IGNORECASE,
)


def _lens(words: str) -> str:
    """Words that stand in one clause with what is said of a camera."""
    lens = r"(?:\bcamera|\bpan|\btilt|\bshot\b|\bview|\bzoom|\bdoll(?:y|ie)|\bpush|\bpull|镜|移|摇|推|拉)"
    return rf"{lens}[^,.;，。；]*(?:{words})|(?:{words})[^,.;，。；]*{lens}"


_WIDE = r"(?! (?:city|town|sea|ocean|stage|room|sky|field|meadow|desert|beach|house))"

SIGNS: dict[str, dict[str, Sign]] = {
    "size": {
        "small": Sign("", r"\bsmall|\blittle\b|\btiny\b|小(?![雨雪时镇巷路店游朋])"),
        "large": Sign("", rf"\b(?:large|big|huge)\w*\b{_WIDE}|(?<!得很)大(?![海漠雪雨街厅自地楼桥全特远])|巨"),
    },
    "surface": {
        "plain": Sign("", r"\bplain\b|\bunpatterned|\bwithout a pattern|纯色|素面|花纹"),
        "striped": Sign(r"\bstrip(?:ed|es|y)\b|条纹"),
        "dotted": Sign(r"\bdott?(?:ed|s)\b|\bspotted\b|\bpolka|圆点|波点"),
        "checked": Sign(r"\bcheck(?:ed|s)\b|\bche(?:ck|qu)ered\b|格子|方格"),
    },
    "material": {
        "rubber": Sign(r"\brubber\b|橡胶|橡皮"),
        "wood": Sign(r"\bwood(?:en)?\b|木头|木制|木质|木做", r"木(?!杆)"),
        "metal": Sign(r"\bmetal(?:lic)?\b|\bsteel\b|金属|[铁钢铜铝](?!路|轨)"),
        "glass": Sign(r"\bglass\b|玻璃"),
    },
    "setting": {
        "meadow": Sign(r"\bmeadow\b|\bgrass(?:y|land)?\b|(?<!snowy )(?<!white )\bfields?\b|草地|草原|草坪"),
        "beach": Sign(r"\bbeach\b|\b(?:in|on|onto|along|across) the sand\b|海滩|沙滩|沙子", r"\bsandy?\b"),
        "city": Sign(r"\bcity\b|\bstreet\b|\btown\b|城市|街"),
        "snowfield": Sign(
            r"\bsnowfield\b|\bsnowy (?:field|ground)|\b(?:on|onto|across|along|over|through) "
            r"(?:the |white |fresh |deep )*snow\b|雪地|雪原",
            r"\bsnowy?\b",
        ),
        "desert": Sign(r"\bdesert\b|\bdunes\b|沙漠|沙丘|大漠"),
        "room": Sign(r"\brooms?\b|\bindoors\b|房间|屋里|屋子|室内"),
        "sea": Sign(r"\bsea\b|\bocean\b|大海|海上|海面|海洋|水面", r"\bwater\b|海|水"),
        "stage": Sign(r"\bstage\b|\btheat(?:re|er)\b|舞台|剧场"),
    },
    "light": {
        "day": Sign(r"\bday(?:light|time)\b|\bby day\b|\bduring the day\b|\bsun is up\b|白天|日光|白昼", r"\bday\b"),
        "sunset": Sign(
            r"\bsunset\b|\bdusk\b|\bgolden[- ]hour\b|\bevening\b|\bsun is setting\b|\bsetting sun\b|\bsun (?:goes"
            r"|went) down\b"
            r"|日落|落山|太阳下山|日暮|黄昏|夕阳|傍晚|落日|晚霞"
        ),
        "night": Sign(
            r"\bnight(?:time)?\b|\bmidnight\b|\bmoonl(?:ight|it)\b|\bafter dark\b|夜|晚上|月光|月色",
            rf"\bdark(?!,? (?:{INK_WORDS}))",
        ),
    },
    "weather": {
        "clear": Sign(r"\bclear (?:weather|sky|day|night)|\b(?:sky|weather) is clear\b|\bfine weather\b|晴"),
        "rain": Sign(r"(?<!petals )(?<!petals are )\brain(?:s|y|ing|fall|storm)?\b|(?<!花瓣)雨"),
        "snow": Sign(
            r"\bsnow(?:s|ing|fall|flakes?)\b|\bsnowy weather|falling snow|\bsnow (?:is )?(?:fall|com|drift)"
            r"|下雪|下着雪|雪花|飘雪|飞雪|大雪|下着\w*雪",
            r"\bsnowy?\b|雪",
        ),
        "petals": Sign(r"\bpetals?\b|花瓣|落花"),
    },
    "style": {
        "plain": Sign("", r"\bstyle\b|风格|画风"),
        "ink wash": Sign(r"\bink\b|水墨"),
        "pencil sketch": Sign(r"\bpencil\b|铅笔|素描", r"\bsketch"),
        "neon": Sign(r"\bneon\b|霓虹"),
        "pixel art": Sign(r"\bpixels?\b|像素"),
    },
    "action": {
        "bounces": Sign(r"\bbounc(?!\w* (?:off|back|from))|弹跳|蹦|弹来弹去|弹起", r"\bbounc|弹"),
        "falls": Sign(
            r"\bfall(?:s|ing)?\b(?! (?:snow|rain|petals))|\bdrop(?:s|ping)?\b|落下|掉下|掉落|坠落|下落|落到|落在"
            r"|掉到|掉在",
            r"\bfall|落(?![山日])|掉|坠",
        ),
        "rolls": Sign(r"\broll(?:s|ing)?\b|滚"),
        "slides": Sign(
            r"\bslid(?:es?|ing)\b|\bglid(?:es|ing)\b|滑|走(?![廊马])|跑(?![车道步机])", r"\bmoves?\b|\brun(?:s|ning)\b"
        ),
        "flies": Sign(
            r"\bfl(?:ies|ying)\b|\bsoar|\bbird\b[^,.;]*\bglid\w+ (?:low )?(?:over|above|through the air)"
            r"|(?<!起)飞(?![机快船])"
        ),
        "swings": Sign(r"\bsw(?:ing|ay)|摆动|摇摆|荡来荡去|摆来摆去|晃", r"摆|荡"),
        "floats": Sign(
            r"\bfloat(?:s|ing)?\b|\bhover|\bdrift(?:s|ing)\b|漂(?!亮)|飘浮|悬浮|浮动|游(?![戏客艇轮乐玩])",
            r"\bdrift|漂|飘|浮",
        ),
        "jumps": Sign(r"\bjump|\bhop(?:s|ping)\b|\bleap|跳起|跳跃|向上跳|跳了|(?<!弹)跳(?!动|舞)"),
        "spins": Sign(
            r"\bspin|\brotat|\btwirl|\bturn(?:s|ing) (?:a?round|in circles)|旋转|转圈|转动|转个不停|打转", r"转"
        ),
        "rebounds": Sign(r"\brebound|\bbounc\w* (?:off|back from)|反弹|弹回|弹了回", r"\bwall|墙"),
        "collides": Sign(
            r"\bcollid|\bcollision\b|\bcrash|\brun(?:s|ning)? into\b|\bbump|相撞|碰撞|撞(?!到?[了在]?墙)",
            r"\bhit|撞|碰",
        ),
        "talks": Sign(r"\btalk|\bspeak|\bchat|\bsay(?:s|ing)\b|说话|讲话|说着|开口说", r"说|讲"),
    },
    "pace": {
        "normal": Sign("", r"\bnormal\b|正常|不快不慢"),
        "slowly": Sign(r"\bslowly\b|缓慢|慢慢|慢悠悠|缓缓", r"\bslow|\bgentl|\bhurry\b|慢|缓"),
        "fast": Sign(
            r"\bfast\b|\bquickly\b|\brapidly\b|\bhigh speed\b|飞快|快速|迅速|高速|快得", r"\bquick|\brapid|快"
        ),
    },
    "camera": {
        "static": Sign(
            r"\b(?:static|fixed|locked(?:-off)?|still) (?:camera|shot)|\bcamera (?:stays? (?:still|fixed)"
            r"|(?:is )?(?:static|"
            r"fixed|still)|does(?: not|n't) move)|固定镜头|镜头不动|镜头静止|定镜|静止镜头|镜头固定|固定机位",
            r"\bcamera\b|\bshot\b|镜头|机位",
        ),
        "pan left": Sign(
            r"\b(?:pan|camera (?!orbit|circl)\w+)\w* (?:\w+ly )?(?:to the )?left|\bleft pan\b"
            r"|镜头\w*(?<!环)左[移摇]|镜头\w*向左(?!环|绕)",
            _lens(r"\bleft\b|左"),
        ),
        "pan right": Sign(
            r"\b(?:pan|camera (?!orbit|circl)\w+)\w* (?:\w+ly )?(?:to the )?right|\bright pan\b"
            r"|镜头\w*(?<!环)右[移摇]|镜头\w*向右(?!环|绕)",
            _lens(r"\bright\b|右"),
        ),
        "tilt up": Sign(r"\btilt\w* up|\bupward tilt|上摇|镜头\w*上仰", _lens(r"\bup(?:ward)?\b|上")),
        "tilt down": Sign(r"\btilt\w* down|\bdownward tilt|下摇|镜头\w*下俯", _lens(r"\bdown(?:ward)?\b|下")),
        "push in": Sign(
            r"\bpush(?:es|ing)?[- ]in\b|\b(?:zoom|doll(?:y|ie)|mov|clos|creep)\w*[- ]in(?: on)?\b"
            r"|\bcom(?:es|ing) in on\b"
            r"|\bcamera \w*(?: \w+ly)? ?"
            r"(?:closer|near)|推近|拉近|推进|镜头\w*推|镜头\w*靠近",
            _lens(r"\bclos|\bnear|\bin\b|推|近"),
        ),
        "pull back": Sign(
            r"\bpull(?:s|ing)?[- ](?:back|away|out)\b|\b(?:zoom|doll(?:y|ie)|mov)\w*[- ](?:out|away|back)\b"
            r"|\bbacks (?:off|away)|\bcamera (?:\w+ly )?\w+ back\b"
            r"|拉远|镜头\w*后[退拉]|镜头\w*远离|镜头\w*拉开",
            _lens(r"\bback\b|\baway\b|\bout\b|\boff\b|拉|退|远"),
        ),
        "orbit left": Sign(
            r"\borbit\w* (?:to the )?left|\bleft orbit|\bcircl\w*(?: \w+)? to the left|左环绕|左绕",
            r"\borbit|\bcircl|绕",
        ),
        "orbit right": Sign(
            r"^(?!.*(?:\bleft\b|左)).*(?:\borbit|\bcircl\w* (?:a?round|to the right)|环绕|绕着|右绕)",
            r"\borbit|\bcircl|绕",
        ),
    },
    "cut": {
        "closer": Sign(r"\b(?:cut|jump)\w* (?:to )?(?:a |the )?(?:clos|tight)|切[^，。]{0,4}(?:近|特写)", r"\bcut|切"),
        "wider": Sign(r"\b(?:cut|jump)\w* (?:to )?(?:a |the )?wid|切[^，。]{0,4}(?:远|全景|大景)", r"\bcut|切"),
    },
}

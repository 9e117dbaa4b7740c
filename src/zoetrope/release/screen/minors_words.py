"""The words of the rule about minors, in English and Chinese. Part of the code on purpose: no file can change them."""

# A child, beyond doubt. A star at the end: longer words too.
CHILDREN = """
child|children|kid|kids|toddler*|infant|infants|newborn*|baby|babies|preschooler*|kindergartener*|kindergartner*|
little girl*|little boy*|young girl*|young boy*|small girl*|small boy*|tiny girl*|schoolgirl*|schoolboy*|school girl*|
school boy*|schoolchild*|schoolkid*|school kid*|teen|teens|teenage*|preteen*|pre teen*|tween|tweens|adolescent*|
underage*|under age|under aged|minors|a minor|juvenile|juveniles|pubescent|prepubescent|pre pubescent|lolita*|loli|
lolis|shota|shotas|high schooler*|middle schooler*|high school girl*|high school boy*|high school student*|
middle school student*|elementary school student*|primary school student*|grade schooler*|first grader*|
second grader*|third grader*|fourth grader*|fifth grader*|sixth grader*|boy scout*|girl scout*|jailbait|
儿童|孩子|小孩|孩童|女童|男童|幼童|幼儿|幼女|幼男|幼齿|婴儿|宝宝|未成年|小女孩|小男孩|小姑娘|小萝莉|萝莉|正太|少女|少年|
小学生|初中生|高中生|中学生|女中学生|女高中生|女初中生|学龄前|青少年|小朋友|小屁孩|娃娃脸女生|童女|童颜
"""

# May be a child; counts where a sexual word stands in the same sentence.
YOUNG = """
girl|girls|boy|boys|youngster*|daughter|daughters|son|sons|niece|nieces|nephew|nephews|petite teen|barely legal|
pigtails|女孩|男孩|女儿|儿子|侄女|外甥女|女学生|男学生|学妹|妹妹|弟弟|小妹|校服
"""

# Sexual beyond doubt, or nakedness.
SEXUAL = """
sex|sexual*|porn*|nude|nudes|nudity|naked|nakedness|nsfw|erotic*|erotica|hentai|lewd|topless|bottomless|
without clothes|no clothes|without clothing|no clothing|unclothed|undress*|intercourse|masturbat*|orgasm*|orgy|
genital*|penis|vagina|vulva|anus|nipples|breasts|bare breasted|bare chested girl|buttocks|blowjob|blow job|
fellatio|cunnilingus|ejaculat*|fetish|fetishes|bdsm|molest*|rape|raped|raping|rapes|incest*|striptease|stripping|
upskirt|ahegao|ecchi|horny|fondle*|fondling|groping|groped|lolicon|shotacon|pedophil*|paedophil*|
without any clothes|wearing nothing|takes off her clothes|takes off his clothes|taking off her clothes|
taking off his clothes|removes her clothes|removes his clothes|child abuse material|csam|
色情|情色|裸体|裸露|裸照|全裸|半裸|赤裸|裸身|裸女|裸男|裸着|光着身子|光身子|一丝不挂|没穿衣服|不穿衣服|脱光|脱衣|脱掉衣服|
做爱|性爱|性交|性行为|性关系|性器官|性虐|性侵|性暗示|淫|自慰|手淫|口交|肛交|强奸|轮奸|迷奸|猥亵|乱伦|阴茎|阴道|阴部|
下体|乳房|乳头|裸胸|春药|高潮脸|恋童|炼铜|露点|发情|调教|黄片|成人片|里番|涩图|色图|涩情|
luoti|zuoai|seqing
"""

# Suggestive; counts where a child stands in the same sentence.
SUGGESTIVE = """
sexy|seductive*|seducing|seduce|sensual*|lingerie|g string|underwear|panties|see through|fishnet*|
provocative pose|provocatively|suggestive pose|suggestively|bedroom eyes|french kiss*|making out|twerk*|lap dance*|
pole dance*|bare skin|cleavage|
性感|诱惑|撩人|妩媚|内衣|内裤|情趣|丁字裤|湿身|透视装|丝袜|舌吻|挑逗|勾引|娇喘|爆乳|巨乳|涩涩|色色
"""

# Taken away from a child by a negative prompt, they say the same as a sexual word.
CLOTHES = """
clothes|clothing|clothed|dressed|garment*|outfit|fabric|underwear|swimsuit|pants|shirt|衣服|衣物|穿衣|服装|内衣|裤子|泳衣|遮挡
"""

# Ordinary phrases in which one of the words above says something else.
ORDINARY = """
naked mole rat|naked mole rats|naked eye|naked flame|naked truth|naked cake|nude colour|nude color|nude lipstick|
nude heels|nude shade|nude tone|nude palette|nude nail|baby blue|baby pink|baby grand|baby's breath|baby breath|
a minor key|a minor chord|a minor role|a minor detail|a minor scale|in a minor|sonata in a minor|sex education|
stripping paint|stripping wallpaper|paint stripping|rape seed|rapeseed|oilseed rape|rape field|rape flower|
rape blossom|field of rape|chicken breasts|chicken breast|duck breasts|turkey breasts|baby carrot|baby carrots|
baby corn|baby potatoes|baby spinach|kid leather|kid gloves|sexual dimorphism|sexual selection|same sex couple|
same sex couples|same sex parents|
裸眼|裸露的岩|裸露岩|裸露的土|裸露的山|裸露的树根|裸露的根|裸岩|裸子植物|裸麦|裸色|赤裸裸的真相|赤裸裸的现实|淫雨|浸淫|
红色情|粉色情|白色情|蓝色情|黑色情|金色情|银色情|绿色情|紫色情|橙色情|灰色情|棕色情|彩色情|景色情|角色情|特色情|音色情|神色情|
夜色情|月色情|秋色情|春色情|暮色情|颜色情|做爱心|做爱好|做爱国|当做爱|叫做爱|男性交|女性交|恶性交|个性交|理性交|
线性交|异性交|同性交|性交流|性交谈|性交通|性交往|性交替|路口交|出口交|进口交|窗口交|门口交|港口交|接口交|街口交|口交通|
口交汇|口交叉|口交界|口交接|理性侵|性侵入|性侵略|性侵蚀|乱伦敦|高潮脸谱|烈性爱|个性爱|理性爱|女性爱|男性爱|活性爱|任性爱|
天性爱|弹性爱|人性爱|记性爱|索性爱|雌性爱|雄性爱|女性行|男性行|理性行|惯性行|习惯性行|线性行|良性行|随性行|侵略性行|
个性关|相关性关|重要性关|马驯服调教|红色色|蓝色色|绿色色|黄色色|彩色色|角色色|景色色|颜色色|特色色|
各色色|棕色色|紫色色|白色色|黑色色|金色色|银色色|橙色色|粉色色|单色色|双色色|三色色|暖色色|冷色色|原色色|肤色色|天色色
"""

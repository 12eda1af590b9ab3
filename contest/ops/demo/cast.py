"""Who and what is in the demo: people, works, what was thought of them. All of it invented."""

from dataclasses import dataclass
from typing import Literal

from contest.ops.demo.film import Film, Photo

NAMES = ("科技活动周", "Science Week")
THEME = ("用三分钟，讲一位追光的人", "Three minutes for someone who chases light")
INTRODUCTION = (
    "弘扬科学家精神短视频大赛面向全市征集作品。拍下您身边的科技工作者：育种的、磨镜片的、修铁塔的、守着实验室那盏灯的。",
    "The Spirit of Scientists contest invites films and photographs about the people behind the science around us.",
)
ORGANISERS = "市科学技术局（演示）\n市科学技术协会（演示）"
PHONE, MAIL = "0354-0000000", "contest@example.org"
GROUPS = (("公众组", "Public"), ("科技工作者组", "Science and technology workers"), ("中小学生组", "Pupils"))
RETURN_REASON = "照片里没有说明是在哪里、什么时候拍的。请在作品简介里补上时间和地点，再提交一次。"


@dataclass(frozen=True)
class Role:
    """Somebody who can sign in."""

    role: Literal["organiser", "judge", "entrant", "auditor"]
    name: str
    email: str


ORGANISER = Role("organiser", "贺敏", "organiser@example.org")
JUDGE = Role("judge", "郭志远", "judge@example.org")
ENTRANT = Role("entrant", "张晓岚", "entrant@example.org")
AUDITOR = Role("auditor", "赵文清", "auditor@example.org")
ROLES = (ORGANISER, JUDGE, ENTRANT, AUDITOR)
OTHER_JUDGES = (("田雨晴", "tian@example.org"), ("宋立新", "song@example.org"))


@dataclass(frozen=True)
class DemoWork:
    """`files` are numbers of FILMS or PHOTOS; `shares` is how much of the marks each judge gave."""

    kind: Literal["video", "photo"]
    files: tuple[int, ...]
    title: str
    synopsis: str
    authors: tuple[str, ...]
    unit: str
    group: int = 0
    shares: tuple[float, ...] = ()
    tier: int | None = None
    captions: tuple[str, ...] = ()
    is_entrants: bool = False  # of the entrant who can sign in
    ends_as: Literal["passed", "submitted", "returned", "draft"] = "passed"


_FILMED: tuple[tuple[str, float, str, str], ...] = (
    ("sorghum", 9.0, "一粒高粱的远征", "作者：张晓岚　武文斌"),
    ("star-trails", 9.0, "守星人", "作者：李承远"),
    ("lamp", 8.0, "一盏不灭的灯", "作者：武建华　郝雨"),
    ("wind", 8.5, "风从太行来", "作者：刘志强"),
    ("ammonite", 8.0, "化石会说话", "作者：赵一鸣"),
    ("cells", 8.0, "显微镜下的春天", "作者：郭敏"),
    ("terraces", 8.0, "把论文写在黄土上", "作者：王海燕"),
    ("walnut", 8.0, "奶奶的核桃树", "作者：八年级科学社"),
    ("milky-way", 8.0, "城市睡着以后", "作者：孙立新"),
)
FILMS = tuple(Film(scene, length_s, title, byline) for scene, length_s, title, byline in _FILMED)
PHOTOS = (
    Photo("terraces", 0.3),
    Photo("walnut", 0.7),
    Photo("milky-way", 0.6),
    Photo("star-trails", 0.95),
    Photo("sorghum", 0.85),
    Photo("ammonite", 0.95),
    Photo("lamp", 0.5),
    Photo("wind", 0.4),
)

LAST_YEAR = (
    DemoWork(
        kind="video",
        files=(0,),
        title="一粒高粱的远征",
        synopsis="试验田里只剩下最后一把抗旱高粱的种子。四十年后，它的后代在三个大洲的旱地上抽穗。"
        "影片用育种记录本里的字迹串起三代人的选择。",
        authors=("张晓岚", "武文斌"),
        unit="高粱研究所",
        group=1,
        shares=(0.96, 0.95, 0.97),
        tier=1,
        is_entrants=True,
    ),
    DemoWork(
        kind="video",
        files=(1,),
        title="守星人",
        synopsis="山顶的圆顶每晚九点打开。守星人说，拍星星先要学会等。",
        authors=("李承远",),
        unit="师范学院天文社",
        shares=(0.92, 0.9, 0.91),
        tier=2,
    ),
    DemoWork(
        kind="video",
        files=(2,),
        title="一盏不灭的灯",
        synopsis="下雪的夜里，实验室还有一盏灯亮着。灯下的人在等一个数据。",
        authors=("武建华", "郝雨"),
        unit="区融媒体中心",
        shares=(0.89, 0.9, 0.88),
        tier=2,
    ),
    DemoWork(
        kind="video",
        files=(3,),
        title="风从太行来",
        synopsis="第一台风机立起来的那天，村里人都上了山。二十年后，他还在听叶片的声音。",
        authors=("刘志强",),
        unit="和顺县科协",
        shares=(0.85, 0.83, 0.86),
        tier=3,
    ),
    DemoWork(
        kind="video",
        files=(4,),
        title="化石会说话",
        synopsis="一块石头在老师手里一点点露出纹路，两亿年前的海就这样来到教室。",
        authors=("赵一鸣",),
        unit="化石博物馆",
        shares=(0.82, 0.84, 0.8),
        tier=3,
    ),
    DemoWork(
        kind="video",
        files=(5,),
        title="显微镜下的春天",
        synopsis="检验科的窗外还是冬天，目镜里已经是春天。",
        authors=("郭敏",),
        unit="市第一人民医院",
        shares=(0.8, 0.79, 0.81),
        tier=3,
    ),
    DemoWork(
        kind="photo",
        files=(0, 1, 2),
        title="山河有光",
        synopsis="三张照片，三个时辰：黄昏的梯田、午后的核桃树、凌晨的银河。",
        authors=("范宏",),
        unit="平遥县科协",
        shares=(0.93, 0.94, 0.92),
        tier=1,
        captions=("黄昏，地埂一层一层亮起来", "午后，核桃树下的课堂", "凌晨，城里只剩一扇窗亮着"),
    ),
    DemoWork(
        kind="photo",
        files=(3,),
        title="星轨之下",
        synopsis="相机在圆顶旁守了四个小时，北极星一动不动。",
        authors=("冯晓",),
        unit="灵石县第一中学",
        group=2,
        shares=(0.9, 0.86, 0.88),
        tier=2,
        captions=("北极星一动不动",),
    ),
)

THIS_YEAR = (
    DemoWork(
        kind="video",
        files=(6,),
        title="把论文写在黄土上",
        synopsis="她在地头开会，笔记本里一半是数据，一半是天气。",
        authors=("王海燕",),
        unit="寿阳县科技局",
        group=1,
        shares=(0.9, 0.88, 0.0),
    ),
    DemoWork(
        kind="video",
        files=(7,),
        title="奶奶的核桃树",
        synopsis="八年级的孩子们去给一棵老树量身高，也听它的主人讲嫁接的故事。",
        authors=("八年级科学社",),
        unit="左权县麻田中学",
        group=2,
        shares=(0.4, 0.84, 0.0),
    ),
    DemoWork(
        kind="video",
        files=(8,),
        title="城市睡着以后",
        synopsis="凌晨三点，变电站的值班员和一台望远镜都醒着。",
        authors=("孙立新",),
        unit="供电公司",
        shares=(0.0, 0.86, 0.0),
    ),
    DemoWork(
        kind="photo",
        files=(5,),
        title="两亿年的年轮",
        synopsis="博物馆的孩子们第一次亲手清理一块化石。2026年春，榆社。",
        authors=("赵一鸣",),
        unit="化石博物馆",
        ends_as="submitted",
        captions=("露出来的那一圈",),
    ),
    DemoWork(
        kind="photo",
        files=(7,),
        title="山脊上的白",
        synopsis="检修日的清晨，风停了一小会儿。",
        authors=("刘志强",),
        unit="和顺县科协",
        ends_as="submitted",
        captions=("检修日的清晨",),
    ),
    DemoWork(
        kind="photo",
        files=(4,),
        title="等一株作物长大",
        synopsis="从种下到抽穗，一百二十天。",
        authors=("张晓岚",),
        unit="高粱研究所",
        group=1,
        is_entrants=True,
        ends_as="returned",
        captions=("抽穗的那天早上",),
    ),
    DemoWork(
        kind="photo",
        files=(6,),
        title="灯下的人",
        synopsis="",
        authors=("张晓岚",),
        unit="高粱研究所",
        group=1,
        is_entrants=True,
        ends_as="draft",
        captions=("",),
    ),
)

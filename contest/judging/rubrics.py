"""Ready-made rubrics to start from. Each criterion's maximum is its weight, so that marks add up to the total."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from contest.judging.models import TIE_RULES, Round


@dataclass(frozen=True, kw_only=True)
class RubricLine:
    """A criterion as somebody wants it, before it is a row."""

    name: str
    weight_bp: int
    max_hundredths: int
    step_hundredths: int = 50
    name_en: str = ""
    description: str = ""
    description_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a round lays down beside its rubric, before it is a row. Without a method, the one that suits."""

    method: str = ""
    trim: int = 1
    decimals: int = 2
    rank_on: str = "exact"
    tie_chain: tuple[str, ...] = TIE_RULES
    per_entry: int | None = None
    cap: int | None = None
    opens_at: datetime | None = None
    group_id: int | None = None
    based_on_id: int | None = None
    shortlist_best: int | None = None
    shortlist_from: int | None = None

    def columns(self) -> dict[str, Any]:
        """As the row holds them."""
        return {**asdict(self), "tie_chain": list(self.tie_chain)}

    def told(self) -> dict[str, Any]:
        """As the record of what happened holds them: what is as usual is left out."""
        usual, now = Terms().columns(), self.columns()
        found = {name: value for name, value in now.items() if value != usual[name]}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}


def terms_of(round_: Round) -> Terms:
    """What a round lays down now."""
    return Terms(
        method=round_.method,
        trim=round_.trim,
        decimals=round_.decimals,
        rank_on=round_.rank_on,
        tie_chain=tuple(round_.tie_chain),
        per_entry=round_.per_entry,
        cap=round_.cap,
        opens_at=round_.opens_at,
        group_id=round_.group_id,
        based_on_id=round_.based_on_id,
        shortlist_best=round_.shortlist_best,
        shortlist_from=round_.shortlist_from,
    )


def _points(points: int, name: str, name_en: str, description: str, description_en: str) -> RubricLine:
    return RubricLine(
        name=name,
        name_en=name_en,
        description=description,
        description_en=description_en,
        weight_bp=points * 100,
        max_hundredths=points * 100,
    )


SUGGESTED = (
    _points(
        30,
        "主题与科学家精神",
        "Theme and the spirit of scientists",
        "紧扣科学家精神，立意准确，有真情实感",
        "True to the spirit of scientists, with a clear idea and real feeling",
    ),
    _points(
        25,
        "科学准确、通俗易懂",
        "Accuracy and plain language",
        "内容准确，没有常识错误，普通观众听得懂",
        "Correct in substance, and clear to people outside the field",
    ),
    _points(
        20,
        "创意与讲述",
        "Creativity and storytelling",
        "角度新颖，故事完整，细节打动人",
        "A fresh angle, a whole story, details that stay",
    ),
    _points(
        15,
        "视听制作",
        "Picture and sound",
        "画面、声音、剪辑服务于讲述",
        "Picture, sound and editing serve the story",
    ),
    _points(
        10,
        "传播价值",
        "Worth spreading",
        "适合向公众特别是青少年传播",
        "Worth showing to the public, above all to the young",
    ),
)

PHOTO = (
    _points(
        40,
        "主题与立意",
        "Theme and idea",
        "紧扣主题，画面有内容，看得出想说什么",
        "True to the theme; the picture has something to say, and says it",
    ),
    _points(
        30,
        "构图",
        "Composition",
        "主次分明，取舍得当，画面均衡",
        "Clear what matters; well framed and balanced",
    ),
    _points(
        30,
        "视觉效果",
        "Visual effect",
        "色彩、焦点、曝光准确，真实自然",
        "Colour, focus and exposure are right and true to life",
    ),
)
EXPERIMENT = (
    _points(
        50,
        "实验内容",
        "The experiment",
        "原理准确，现象清楚，选题新颖，安全可行",
        "Correct, clear to see, fresh, and safe to do",
    ),
    _points(
        40,
        "展示与讲解",
        "Demonstration and explanation",
        "操作规范，讲解通俗，有互动，吸引人",
        "Done properly, explained in plain words, and gripping",
    ),
    _points(
        10,
        "整体形象",
        "Overall impression",
        "仪态自然，画面与声音清楚",
        "At ease; picture and sound are clear",
    ),
)
HEALTH = (
    _points(20, "导向", "Guidance", "立场正确，没有误导", "Sound in outlook, misleading nobody"),
    _points(20, "科学性", "Accuracy", "内容有依据，没有常识错误", "Well founded, without errors of fact"),
    _points(20, "语言与权利", "Language and rights", "用语规范，素材来源清楚", "Proper language, clear sources"),
    _points(20, "策划", "Planning", "结构完整，角度新颖，受众明确", "Whole, fresh, and made for somebody"),
    _points(20, "制作", "Production", "画面、声音、剪辑、字幕质量好", "Good picture, sound, editing and subtitles"),
)

PRESETS = {"film": SUGGESTED, "photo": PHOTO, "experiment": EXPERIMENT, "health": HEALTH}

"""Ready-made rubrics to start from. Each criterion's maximum is its weight, so that marks add up to the total."""

from dataclasses import dataclass


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

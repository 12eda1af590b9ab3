"""What people type about rounds, panels, works and conflicts of interest."""

from contest.judging.forms.bench import (
    BallotForm,
    FlagAnswerForm,
    FlagForm,
    RecusalForm,
    SignatureForm,
    ballot_form,
    flag_text,
    read_marks,
    recusal_text,
)
from contest.judging.forms.conflicts import (
    AliasForm,
    ConflictForm,
    RelationForm,
    VerdictForm,
    conflict_kind,
    conflict_reason,
)
from contest.judging.forms.panel import (
    AddJudgeForm,
    ClosingForm,
    InviteJudgeForm,
    OpeningForm,
    OptionalReasonForm,
    ReasonForm,
    SeatForm,
)
from contest.judging.forms.rounds import AdjustForm, RoundForm, wall

__all__ = [
    "AddJudgeForm",
    "AdjustForm",
    "AliasForm",
    "BallotForm",
    "ClosingForm",
    "ConflictForm",
    "FlagAnswerForm",
    "FlagForm",
    "InviteJudgeForm",
    "OpeningForm",
    "OptionalReasonForm",
    "ReasonForm",
    "RecusalForm",
    "RelationForm",
    "RoundForm",
    "SeatForm",
    "SignatureForm",
    "VerdictForm",
    "ballot_form",
    "conflict_kind",
    "conflict_reason",
    "flag_text",
    "read_marks",
    "recusal_text",
    "wall",
]

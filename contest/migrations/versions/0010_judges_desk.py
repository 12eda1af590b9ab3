"""Putting works off, kinds of recusals, flags to the organisers, and what the bench remembers for its judge.

A recusal of before says in its reason what kind it was; those of no known kind are "other".
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE assignment ADD COLUMN recusal_kind TEXT DEFAULT '' NOT NULL"
        " CONSTRAINT ck_assignment_recusal_kind CHECK (recusal_kind IN ('', 'conflict', 'abstained', 'other'))"
    )
    op.add_column("assignment", sa.Column("deferred_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE assignment SET recusal_kind = 'other' WHERE state = 'recused'")
    # The word before the colon is the kind, what follows are the judge's own.
    op.execute(
        "UPDATE assignment SET recusal_kind = 'conflict' WHERE state = 'recused' AND (recusal_reason IN"
        " ('kin', 'made', 'known') OR recusal_reason LIKE 'kin: %' OR recusal_reason LIKE 'made: %'"
        " OR recusal_reason LIKE 'known: %')"
    )
    op.create_table(
        "flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('identity', 'rules', 'playback', 'other')", name=op.f("ck_flag_kind")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name=op.f("ck_flag_closed")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_flag_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_flag_closed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
    )
    op.create_index(op.f("ix_flag_assignment_id"), "flag", ["assignment_id"])
    op.create_table(
        "viewing",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("watched", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("watched_share", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("watched_share BETWEEN 0 AND 100", name=op.f("ck_viewing_share")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_viewing_assignment_id_assignment")),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_viewing")),
    )


def downgrade() -> None:
    op.drop_table("viewing")
    op.drop_table("flag")
    op.drop_column("assignment", "deferred_at")
    op.execute("ALTER TABLE assignment DROP COLUMN recusal_kind")  # its constraint goes with it

"""Conflicts of interest as rows, other names of units, and what made a ballot void.

Until now own works and works of the own unit were found when works were assigned, and nothing was written down. In
rounds that are open they are found and pinned the next time somebody is assigned, or when the round closes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "conflict_of_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_by_role", sa.Text(), nullable=False),
        sa.Column("declared_by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('own', 'unit', 'area', 'relation', 'name', 'declared')",
            name=op.f("ck_conflict_of_interest_kind"),
        ),
        sa.CheckConstraint(
            "declared_by_role IN ('rule', 'judge', 'entrant', 'organiser')",
            name=op.f("ck_conflict_of_interest_declared_by_role"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_conflict_of_interest_reason")),
        sa.CheckConstraint(
            "(declared_by_role = 'rule') = (declared_by_id IS NULL)",
            name=op.f("ck_conflict_of_interest_declared_by_somebody"),
        ),
        sa.CheckConstraint(
            "entry_id IS NOT NULL OR unit_id IS NOT NULL OR area_id IS NOT NULL"
            " OR unit_name <> '' OR person_name <> ''",
            name=op.f("ck_conflict_of_interest_of_something"),
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL AND lifted_by_id IS NULL AND lifted_reason = '')"
            " OR (lifted_at IS NOT NULL AND lifted_by_id IS NOT NULL AND lifted_reason <> '')",
            name=op.f("ck_conflict_of_interest_lifted_with_reason"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_conflict_of_interest_{column}_{table}"))
            for column, table in (
                ("edition_id", "edition"),
                ("round_id", "round"),
                ("judge_id", "person"),
                ("entry_id", "entry"),
                ("unit_id", "unit"),
                ("area_id", "area"),
                ("declared_by_id", "person"),
                ("lifted_by_id", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_of_interest")),
    )
    for column in ("edition_id", "round_id", "judge_id", "entry_id"):
        op.create_index(op.f(f"ix_conflict_of_interest_{column}"), "conflict_of_interest", [column])
    op.create_table(
        "unit_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("key <> ''", name=op.f("ck_unit_alias_key")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_alias_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_alias")),
        sa.UniqueConstraint("key", name=op.f("uq_unit_alias_key")),
    )
    op.create_index(op.f("ix_unit_alias_unit_id"), "unit_alias", ["unit_id"])
    op.add_column("round", sa.Column("area_bars", sa.Boolean(), nullable=False, server_default=sa.false()))
    # In one statement: SQLite takes a foreign key with the column, and would rebuild the table for a later one.
    op.execute(
        "ALTER TABLE assignment ADD COLUMN conflict_id INTEGER"
        " CONSTRAINT fk_assignment_conflict_id_conflict_of_interest REFERENCES conflict_of_interest (id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE assignment DROP COLUMN conflict_id")  # its constraint goes with it
    op.drop_column("round", "area_bars")
    op.drop_table("unit_alias")
    op.drop_table("conflict_of_interest")

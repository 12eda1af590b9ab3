"""What a round says beforehand: method, rules for ties, ballots for each work, limits, its works and its opening.

Rounds of before keep what they did: the mean in two decimals, equals share a place, everybody scores everything.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

ROUND = (
    "group_id INTEGER CONSTRAINT fk_round_group_id_contest_group REFERENCES contest_group (id)",
    "based_on_id INTEGER CONSTRAINT fk_round_based_on_id_round REFERENCES round (id)",
    "shortlist_best INTEGER",
    "shortlist_from INTEGER CONSTRAINT ck_round_shortlist CHECK"
    " (CASE WHEN based_on_id IS NULL THEN shortlist_best IS NULL AND shortlist_from IS NULL"
    " ELSE (shortlist_best IS NULL) <> (shortlist_from IS NULL) END)",
    "trim INTEGER DEFAULT 1 NOT NULL CONSTRAINT ck_round_trim CHECK (trim BETWEEN 1 AND 3)",
    "decimals INTEGER DEFAULT 2 NOT NULL CONSTRAINT ck_round_decimals CHECK (decimals BETWEEN 0 AND 6)",
    "rank_on TEXT DEFAULT 'exact' NOT NULL CONSTRAINT ck_round_rank_on CHECK (rank_on IN ('exact', 'published'))",
    "per_entry INTEGER CONSTRAINT ck_round_per_entry CHECK (per_entry >= 1)",
    "cap INTEGER CONSTRAINT ck_round_cap CHECK (cap >= 1)",
)
METHOD = (
    "TEXT DEFAULT 'mean' NOT NULL"
    " CONSTRAINT ck_round_method CHECK (method IN ('', 'mean', 'trimmed', 'adjusted', 'calibrated'))"
    " CONSTRAINT ck_round_open_has_method CHECK (state = 'draft' OR method <> '')"
)


def upgrade() -> None:
    # Both databases take a constraint with its column; Alembic would copy the tables for them on SQLite.
    postgresql = op.get_bind().dialect.name == "postgresql"
    listed, moment = ("JSONB", "TIMESTAMP WITH TIME ZONE") if postgresql else ("JSON", "DATETIME")
    for column in ROUND:
        op.execute(f"ALTER TABLE round ADD COLUMN {column}")
    op.execute(f"ALTER TABLE round ADD COLUMN tie_chain {listed} DEFAULT '[]' NOT NULL")
    op.execute(f"ALTER TABLE round ADD COLUMN opens_at {moment}")
    op.execute("ALTER TABLE round DROP COLUMN method")  # it was the mean in every round
    op.execute(f"ALTER TABLE round ADD COLUMN method {METHOD}")
    op.execute("ALTER TABLE panel_member ADD COLUMN cap INTEGER CONSTRAINT ck_panel_member_cap CHECK (cap >= 1)")


def downgrade() -> None:
    op.execute("ALTER TABLE panel_member DROP COLUMN cap")
    op.execute("ALTER TABLE round DROP COLUMN method")
    op.execute("ALTER TABLE round ADD COLUMN method TEXT DEFAULT 'mean' NOT NULL")
    for column in ("opens_at", "tie_chain", *(column.split()[0] for column in reversed(ROUND))):
        op.execute(f"ALTER TABLE round DROP COLUMN {column}")

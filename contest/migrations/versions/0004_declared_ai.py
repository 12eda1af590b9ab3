"""What the entrant declares about the use of AI. Old entries have declared nothing."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # Both databases take the constraint with the column; Alembic would copy the table for it on SQLite.
    op.execute(
        "ALTER TABLE entry ADD COLUMN ai_use TEXT DEFAULT '' NOT NULL"
        " CONSTRAINT ck_entry_ai_use CHECK (ai_use IN ('', 'none', 'partly', 'mostly'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE entry DROP COLUMN ai_use")  # its constraint goes with it

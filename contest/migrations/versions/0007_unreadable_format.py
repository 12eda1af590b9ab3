"""What a file that cannot be used turned out to be, so that its refusal can name it.

Of those refused before, nobody knows any more.
"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("ALTER TABLE asset ADD COLUMN unreadable_format TEXT DEFAULT '' NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE asset DROP COLUMN unreadable_format")

"""What kind of shot a photo is. Old ones say nothing."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE entry_file ADD COLUMN shot TEXT DEFAULT '' NOT NULL"
        " CONSTRAINT ck_entry_file_shot CHECK (shot IN ('', 'panorama', 'close-up'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE entry_file DROP COLUMN shot")  # its constraint goes with it

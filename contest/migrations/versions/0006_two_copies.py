"""A showcase copy beside the one that is judged, and room for the files of an edition.

Every file there is stays what is judged and shown. No edition has a limit. Uploads are told to the edition of the entry
that their purpose names, so that its present use is right from the beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
_CURRENT = sa.text("state = 'current'")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE entry_file ADD COLUMN role TEXT DEFAULT '' NOT NULL"
        " CONSTRAINT ck_entry_file_role CHECK (role IN ('', 'showcase'))"
    )
    _one_current("entry_id", "role", "position")
    op.execute(
        "ALTER TABLE edition ADD COLUMN upload_quota_mib INTEGER"
        " CONSTRAINT ck_edition_upload_quota CHECK (upload_quota_mib > 0)"
    )
    op.execute("ALTER TABLE upload ADD COLUMN account TEXT DEFAULT '' NOT NULL")
    op.create_index("ix_upload_account", "upload", ["account"])
    for entry_id, edition_id in op.get_bind().execute(sa.text("SELECT id, edition_id FROM entry")).all():
        _tell(f"entry-file:{entry_id}:%", f"edition:{edition_id}")


def _tell(purpose: str, account: str) -> None:
    told = sa.text("UPDATE upload SET account = :account WHERE purpose LIKE :purpose")
    op.get_bind().execute(told, {"account": account, "purpose": purpose})


def _one_current(*columns: str) -> None:
    op.drop_index("uq_entry_file_current", "entry_file")
    op.create_index(
        "uq_entry_file_current",
        "entry_file",
        list(columns),
        unique=True,
        sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )


def downgrade() -> None:
    op.drop_index("ix_upload_account", "upload")
    op.execute("ALTER TABLE upload DROP COLUMN account")
    op.execute("ALTER TABLE edition DROP COLUMN upload_quota_mib")
    op.execute("UPDATE entry_file SET state = 'removed' WHERE role = 'showcase' AND state = 'current'")
    _one_current("entry_id", "position")
    op.execute("ALTER TABLE entry_file DROP COLUMN role")

"""What a bucket has of uploads that are not whole yet. Until now that lay in a folder, also beside a bucket.

So where the media lie in a bucket, unfinished uploads begin anew after going up or down; let the worker check what was
received before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    listed = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "arrival",
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("multipart", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parts", listed, nullable=False),
        sa.Column("tails", listed, nullable=False),
        sa.Column("first_sha256", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(holder IS NULL) = (held_until IS NULL)", name=op.f("ck_arrival_held")),
        sa.CheckConstraint("number >= 0", name=op.f("ck_arrival_number")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_arrival_upload_id_upload")),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_arrival")),
    )


def downgrade() -> None:
    op.drop_table("arrival")

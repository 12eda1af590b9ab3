"""Fingerprints of what was handed in, and which works look or sound alike. Old files get theirs bit by bit."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "fingerprint",
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pictures", sa.LargeBinary(), nullable=False),
        sa.Column("sound", sa.LargeBinary(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_fingerprint_version")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_fingerprint_asset_id_asset")),
        sa.PrimaryKeyConstraint("asset_id", name=op.f("pk_fingerprint")),
    )
    op.create_table(
        "resemblance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("later_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("alike", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("later_at_ms", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("what IN ('pictures', 'sound')", name=op.f("ck_resemblance_what")),
        sa.CheckConstraint("verdict IN ('', 'copy', 'not-a-copy')", name=op.f("ck_resemblance_verdict")),
        sa.CheckConstraint("asset_id < later_id", name=op.f("ck_resemblance_order")),
        sa.CheckConstraint("(verdict = '') = (decided_at IS NULL)", name=op.f("ck_resemblance_decided")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_resemblance_asset_id_asset")),
        sa.ForeignKeyConstraint(["later_id"], ["asset.id"], name=op.f("fk_resemblance_later_id_asset")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_resemblance_decided_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resemblance")),
        sa.UniqueConstraint("asset_id", "later_id", "what", name=op.f("uq_resemblance_asset_id_later_id_what")),
    )
    op.create_index(op.f("ix_resemblance_later_id"), "resemblance", ["later_id"])


def downgrade() -> None:
    op.drop_table("resemblance")
    op.drop_table("fingerprint")

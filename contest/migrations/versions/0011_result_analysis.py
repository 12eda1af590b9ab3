"""What a worker finds out about a result is kept beside its record.

Results of before have none until somebody asks for it on the page of the analysis.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "result_analysis",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("seats", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["result_snapshot.id"], name=op.f("fk_result_analysis_snapshot_id_result_snapshot")
        ),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_result_analysis")),
    )


def downgrade() -> None:
    op.drop_table("result_analysis")

"""More limits of a category than there are columns for.

Old rows have none, which is what they had before. Going down forgets those that were set.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    rules = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("category", sa.Column("further_limits", rules, server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("category", "further_limits")

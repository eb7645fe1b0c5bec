"""Which record of a job a worker has died on before those in front of it were done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision: str | None = "0015"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("suspect", sa.Integer))


def downgrade() -> None:
    op.drop_column("jobs", "suspect")

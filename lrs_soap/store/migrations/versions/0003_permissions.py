"""Organisations whose permissions can be disabled; those that are there keep theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    op.add_column("organisations", sa.Column("permissions", sa.Text, nullable=False, server_default="enabled"))


def downgrade() -> None:
    op.drop_column("organisations", "permissions")

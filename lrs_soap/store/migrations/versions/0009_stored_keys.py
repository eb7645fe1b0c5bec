"""By which version of the rules the stored keys are made; of those that are held already nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    stored_keys = op.create_table(
        "stored_keys",
        sa.Column("key_version", sa.Integer, nullable=False),
        sa.Column("target_version", sa.Integer, nullable=False),
        sa.Column("date_of_birth", sa.Text, nullable=False),
        sa.Column("uln", sa.Text, nullable=False),
        sa.Column("rewritten", sa.BigInteger, nullable=False),
        sa.Column("kept", sa.BigInteger, nullable=False),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until", sa.BigInteger),
    )
    op.bulk_insert(
        stored_keys,
        [{"key_version": 0, "target_version": 0, "date_of_birth": "", "uln": "", "rewritten": 0, "kept": 0}],
    )


def downgrade() -> None:
    op.drop_table("stored_keys")

"""Search keys leave the learners' table: nobody read them there since the name keys have them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"

_COLUMNS = ("given_name_search", "family_name_search")


def upgrade() -> None:
    for column in _COLUMNS:
        op.drop_column("learners", column)


def downgrade() -> None:
    for column in _COLUMNS:
        op.add_column("learners", sa.Column(column, sa.Text, nullable=False, server_default=""))

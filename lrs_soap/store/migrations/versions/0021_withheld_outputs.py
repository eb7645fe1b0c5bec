"""How many more times the output of a batch job is withheld, as a scenario says; and which scenarios a file has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision: str | None = "0020"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("withheld", sa.Integer, nullable=False, server_default="0"))
    op.add_column("scenarios", sa.Column("of_file", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("scenarios", "of_file")
    op.drop_column("jobs", "withheld")

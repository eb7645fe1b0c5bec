"""What the portal keeps for people between their pages: searches, whom they have found, batch files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision: str | None = "0019"


def upgrade() -> None:
    op.create_table(
        "kept_searches",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("visit", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("uln", sa.Text),
        sa.Column("kept", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_kept_searches_kept", "kept_searches", ["kept"])
    op.create_table(
        "found_learners",
        sa.Column("visit", sa.Text, nullable=False),
        sa.Column("uln", sa.Text, nullable=False),
        sa.Column("found", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("visit", "uln", name="pk_found_learners"),
    )
    op.create_index("ix_found_learners_found", "found_learners", ["found"])
    op.create_table(
        "kept_files",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("visit", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("job_type", sa.Text, nullable=False),
        sa.Column("preview", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("job_id", sa.BigInteger),
        sa.Column("kept", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_kept_files_kept", "kept_files", ["kept"])


def downgrade() -> None:
    for table in ("kept_files", "found_learners", "kept_searches"):
        op.drop_table(table)

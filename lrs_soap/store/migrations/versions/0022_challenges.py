"""Data challenges, which flag events and change them, and the changes of ULNs by their date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision: str | None = "0021"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_OF_ULNS = sa.text("action IN ('merged', 'unmerged', 'deleted')")


def upgrade() -> None:
    op.create_table(
        "challenges",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("uln", sa.Text, sa.ForeignKey("learners.uln", name="fk_challenges_learner"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sent", sa.Text, nullable=False),
        sa.Column("raised", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("closed", sa.Text),
        sa.Column("closed_organisation", sa.Text, nullable=False),
        sa.Column("closed_user_name", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("done", sa.Text, nullable=False),
    )
    op.create_index("uq_challenges_number", "challenges", ["uln", "number"], unique=True)
    op.create_index("ix_history_ulns", "history", ["moment"], sqlite_where=_OF_ULNS, postgresql_where=_OF_ULNS)
    op.add_column("learning_events", sa.Column("open_challenge", sa.Text))
    op.add_column("learning_events", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.drop_index("ix_learning_events_uln", "learning_events")
    op.create_index("ix_learning_events_uln", "learning_events", ["uln", "id", "revision"])


def downgrade() -> None:
    op.drop_index("ix_learning_events_uln", "learning_events")
    op.create_index("ix_learning_events_uln", "learning_events", ["uln", "id"])
    op.drop_column("learning_events", "revision")
    op.drop_column("learning_events", "open_challenge")
    op.drop_index("ix_history_ulns", "history")
    op.drop_table("challenges")

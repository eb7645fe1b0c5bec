"""Every learner has a tier level, which follows from the verification type unless the learner had one."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision: str | None = "0014"


def upgrade() -> None:
    op.execute(
        "UPDATE learners SET tier_level ="
        " CASE WHEN verification_type IS NULL OR verification_type IN ('', '0', '1') THEN '0' ELSE '2' END"
        " WHERE tier_level IS NULL OR tier_level = ''"
    )


def downgrade() -> None:
    """Keeps the levels, which earlier programs know too."""

"""Learners who are not deleted are looked up by postcode and date of birth."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"

_NOT_DELETED = sa.text("learner_status != '2'")


def upgrade() -> None:
    op.create_index(
        "ix_learners_post_code",
        "learners",
        ["post_code_identity", "date_of_birth", "uln"],
        sqlite_where=_NOT_DELETED,
        postgresql_where=_NOT_DELETED,
    )


def downgrade() -> None:
    op.drop_index("ix_learners_post_code", table_name="learners")

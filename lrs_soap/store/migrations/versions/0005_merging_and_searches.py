"""What each linked learner was merged into; the searches that a registration may ask for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    op.add_column("learners", sa.Column("merged_into", sa.Text))
    op.execute("UPDATE learners SET merged_into = master_uln WHERE master_uln IS NOT NULL")

    op.create_table(
        "searches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("date_of_birth", sa.Text, nullable=False),
        sa.Column("family_name", sa.Text, nullable=False),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("post_code", sa.Text, nullable=False),
        sa.Column("gender", sa.Text, nullable=False),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("found_possible", sa.Integer, nullable=False),
    )
    op.create_index(
        "uq_searches",
        "searches",
        [
            "date_of_birth",
            "family_name",
            "given_name",
            "post_code",
            "gender",
            "organisation",
        ],
        unique=True,
    )
    op.create_index("ix_searches_moment", "searches", ["moment"])


def downgrade() -> None:
    op.drop_table("searches")
    op.drop_column("learners", "merged_into")

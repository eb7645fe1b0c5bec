"""When each learner was created and last updated, with the time; until now the register had the days alone."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision: str | None = "0013"

_LONDON = ZoneInfo("Europe/London")


def upgrade() -> None:
    for column in ("created", "last_updated"):
        op.add_column("learners", sa.Column(column, sa.Text))

    # Not every database knows when a day begins in London.
    connection = op.get_bind()
    days = connection.execute(
        sa.text("SELECT created_date FROM learners UNION SELECT last_updated_date FROM learners")
    ).scalars()
    beginnings = [{"day": day, "moment": _beginning(day)} for day in days]
    if not beginnings:
        return
    table = op.create_table(
        "beginnings_of_days", sa.Column("day", sa.Text, primary_key=True), sa.Column("moment", sa.Text, nullable=False)
    )
    op.bulk_insert(table, beginnings)
    op.execute(
        "UPDATE learners SET"
        " created = (SELECT moment FROM beginnings_of_days WHERE day = created_date),"
        " last_updated = (SELECT moment FROM beginnings_of_days WHERE day = last_updated_date)"
    )
    op.drop_table("beginnings_of_days")


def downgrade() -> None:
    for column in ("created", "last_updated"):
        op.drop_column("learners", column)


def _beginning(day: str) -> str:
    midnight = datetime.fromisoformat(day).replace(tzinfo=_LONDON).astimezone(timezone.utc)
    return midnight.strftime("%Y-%m-%dT%H:%M:%SZ")

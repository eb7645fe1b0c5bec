"""Run by alembic for each command. The caller's transaction is open, so alembic neither begins nor commits one."""

from __future__ import annotations

from alembic import context

from lrs_soap.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
)
context.run_migrations()

"""Run by Alembic for each migration; the connection comes from `collector.storage.schema`."""

from alembic import context

from collector.storage.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()

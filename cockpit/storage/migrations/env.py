"""Run by Alembic: migrate on the connection that `cockpit.storage.upgrade` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()

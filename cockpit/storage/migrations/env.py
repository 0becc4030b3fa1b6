"""Run by Alembic: migrate on the connection that `cockpit.storage.upgrade` hands over."""

from alembic import context

from cockpit.storage.schema import metadata


def belongs(thing, name, kind, reflected, compare_to):  # type: ignore[no-untyped-def]
    """Foreign keys exist on PostgreSQL only, so a comparison leaves them out elsewhere."""
    return kind != "foreign_key_constraint" or context.get_context().dialect.name == "postgresql"


context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, include_object=belongs)
with context.begin_transaction():
    context.run_migrations()

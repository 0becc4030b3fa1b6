"""The columns of the files that are read; `docs` and error messages name them from here."""

from __future__ import annotations

from cockpit.ingestion.sources.batch import Columns

SIGNAL_COLUMNS = Columns(
    known=(
        "source_event_id",
        "source",
        "type",
        "occurred_at",
        "person_id",
        "external_id",
        "email",
        "phone",
        "name",
        "value",
        "direction",
        "channel",
        "scheduled_for",
        "payload",
    ),
    needed=("type", "occurred_at"),
    nested=("payload",),
)

PEOPLE_COLUMNS = Columns(
    known=(
        "person_id",
        "external_id",
        "name",
        "first_name",
        "last_name",
        "email",
        "phone",
        "company",
        "owner",
        "lifecycle",
        "do_not_contact",
        "time_zone",
        "country",
        "value",
        "created_at",
    ),
    needed=(),
    rest=True,  # any other column is an attribute of the person
)

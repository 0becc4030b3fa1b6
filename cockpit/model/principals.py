"""Who is asking: the one identity of a single machine, and the header in which the gate hands it to the screens."""

from __future__ import annotations

from typing import NewType

Principal = NewType("Principal", str)

LOCAL_OWNER = Principal("local:owner")

# Set by the gate alone: a client's own header of this name is dropped before anything reads it.
PRINCIPAL_HEADER = "x-cockpit-principal"

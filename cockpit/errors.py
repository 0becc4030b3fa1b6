"""The errors a person may read: one class per kind, the sentence is the message, the status is on the class."""

from __future__ import annotations


class CockpitError(Exception):
    """Something went wrong that the user can be told in one sentence."""

    status = 500

    def __init__(self, message: str | None = None) -> None:
        """Take the sentence; without one the class docstring is the sentence."""
        super().__init__(message or (self.__doc__ or "").strip())

    @property
    def message(self) -> str:
        """The sentence to show."""
        return str(self)


class NotFound(CockpitError):
    """There is no such thing in this workspace."""

    status = 404


class Forbidden(CockpitError):
    """Your role does not allow this."""

    status = 403


class InvalidInput(CockpitError):
    """The input cannot be used."""

    status = 422


class BadRequest(InvalidInput):
    """This request cannot be understood."""

    status = 400


class BadAddress(InvalidInput):
    """This is not a public http or https address."""

    status = 400


class Conflict(CockpitError):
    """The same id was already used for something else."""

    status = 409


class NotReady(CockpitError):
    """This workspace is being set up."""

    status = 503


class DatabaseLocked(CockpitError):
    """Another process holds the database file."""

    status = 503


class DatabaseNewer(CockpitError):
    """The database was made by a newer version of the program."""

    status = 503


class DatabaseUnavailable(CockpitError):
    """The database does not answer."""

    status = 503


class StorageFull(CockpitError):
    """The disk is full: nothing of this batch was stored, everything stored before is intact."""

    status = 507


class NotSignedIn(CockpitError):
    """Sign in first."""

    status = 401


class Misconfigured(CockpitError):
    """The settings do not allow the program to start."""

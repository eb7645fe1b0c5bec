"""The exceptions of lrs-soap: one base, one subclass for each thing that a caller can act on.

A response code is an answer, not an error, and is never raised.
"""

from __future__ import annotations


class LrsError(Exception):
    """Base of everything that lrs-soap raises on purpose."""


class Refused(LrsError):
    """The service answers the request with one of its own faults, and nothing was changed.

    `code` and `description` are a `rules.codes.FaultCode`'s, or a `ResponseCode`'s where an answer has no place for it;
    `details` is what FurtherDetails says, `findings` everything that was wrong, for the log, where that is more than
    the caller is told.
    """

    def __init__(self, code: str, description: str, details: str = "", findings: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {details or description}")
        self.code = code
        self.description = description
        self.details = details
        self.findings = findings


class TooOften(LrsError):
    """An organisation has asked more often than it may; it may ask again after `seconds`, a whole number."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"This organisation has asked too often. Ask again after {seconds} s.")
        self.seconds = seconds


class AlreadyHeld(LrsError):
    """The store holds another learner with the same ULN or the same five identity keys; read again, decide again.

    Or another organisation with the same UKPRN or OrganisationRef.
    """


class NotHeld(LrsError):
    """A person named something that the store does not hold: an organisation, a job, an exception."""


class NotPossible(LrsError):
    """What a person asked to be done with learners or exceptions cannot be, as they are held; nothing was changed."""


class StoreUnavailable(LrsError):
    """The database cannot be reached, is locked for too long, is full, or is of another version than this program."""


class WorldGone(StoreUnavailable):
    """The world was deleted, and its database with it."""


class BegunAnew(LrsError):
    """The world was reset or restored since this work has begun, which was not written; decide it anew, or drop it."""


class RekeyingLost(LrsError):
    """Another process has taken over the rekeying of the database; leave it to that one."""


class InvalidRecord(LrsError):
    """What a person gave in a file or in a command breaks a rule; `field` is their own name for the place, or ''."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.reason = reason
        self.field = field


class InvalidSetting(LrsError):
    """A setting has a value that it cannot have; the message says which, from where, and what it may be."""

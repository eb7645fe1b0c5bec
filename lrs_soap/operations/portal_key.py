"""The key by which the portal of a world signs its cookies: one for each life of a world's database."""

from __future__ import annotations

import secrets
from contextlib import suppress

from lrs_soap.errors import AlreadyHeld
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.store import properties

_NAME = "portal_key"


def portal_key(work: UnitOfWork) -> str | None:
    """The key; None where nobody has made one yet."""
    return properties.get(work.transaction, _NAME)


def make_portal_key(work: UnitOfWork) -> None:
    """Make the key, unless another process has made it."""
    with suppress(AlreadyHeld):
        properties.add(work.transaction, _NAME, secrets.token_hex(32))

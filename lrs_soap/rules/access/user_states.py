"""In which states a user's account can be, and what leads from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class UserState(str, Enum):
    """A state of an account. The portal shows LOCKED as Suspended, too."""

    ACTIVE = "active"
    LOCKED = "locked"
    """Suspended because the password was wrong too often."""
    SUSPENDED = "suspended"
    """Suspended by a Super User."""
    DELETED = "deleted"
    """Closed for good. Its history is kept, and nobody else gets its user name."""

    @property
    def is_suspended(self) -> bool:
        """Whether it is suspended, for whichever reason."""
        return self in (UserState.LOCKED, UserState.SUSPENDED)


class UserEvent(str, Enum):
    """What can happen to an account."""

    LOCK = "lock"
    """The password was wrong too often."""
    SUSPEND = "suspend"
    REACTIVATE = "reactivate"
    RECOVER = "recover"
    """The user has forgotten the password, and proves who it is."""
    RESET = "reset"
    """A Super User gives the user a one-time password."""
    DELETE = "delete"


_ACTIVE, _LOCKED, _SUSPENDED, _DELETED = UserState

_NEXT: Mapping[tuple[UserState, UserEvent], UserState] = {
    (_ACTIVE, UserEvent.LOCK): _LOCKED,
    (_ACTIVE, UserEvent.SUSPEND): _SUSPENDED,
    (_ACTIVE, UserEvent.RECOVER): _ACTIVE,
    (_ACTIVE, UserEvent.RESET): _ACTIVE,
    (_ACTIVE, UserEvent.DELETE): _DELETED,
    (_LOCKED, UserEvent.SUSPEND): _SUSPENDED,
    (_LOCKED, UserEvent.REACTIVATE): _ACTIVE,
    (_LOCKED, UserEvent.RECOVER): _ACTIVE,
    (_LOCKED, UserEvent.RESET): _LOCKED,
    (_LOCKED, UserEvent.DELETE): _DELETED,
    (_SUSPENDED, UserEvent.REACTIVATE): _ACTIVE,
    (_SUSPENDED, UserEvent.RESET): _SUSPENDED,
    (_SUSPENDED, UserEvent.DELETE): _DELETED,
}


def after(state: UserState, event: UserEvent) -> UserState | None:
    """The state after an event; None where the event is not possible.

    | | lock | suspend | reactivate | recover | reset | delete |
    |---|---|---|---|---|---|---|
    | active | locked | suspended | | active | active | deleted |
    | locked | | suspended | active | active | locked | deleted |
    | suspended | | | active | | suspended | deleted |
    | deleted | | | | | | |

    Who was suspended by a Super User cannot undo that alone.
    """
    return _NEXT.get((state, event))

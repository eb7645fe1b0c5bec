"""Who may do what: an organisation needs one of the roles that an operation is declared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.rules.values.rule import Outcome, Rule

ANY_BUT_SUPER_USER = frozenset(Role) - {Role.SUPER_USER}
"""Every role that opens an operation: LRB Super User is for users alone."""


@dataclass(frozen=True, slots=True)
class Access:
    """Whether an organisation may call an operation, and why."""

    is_allowed: bool
    reason: Reason


# Every request asks, and a few organisations send most of them.
@lru_cache(maxsize=1024)
def judge(organisation: Organisation, operation: str, *, opened_by: frozenset[Role]) -> Access:
    """Whether `organisation`, whose password was right, may call `operation`, which needs one of the roles `opened_by`.

    | permissions | roles | |
    |---|---|---|
    | disabled by the operator | | refused |
    | | none that opens the operation | refused |
    | | one that does | allowed |
    """
    if organisation.permissions_disabled:
        return Access(False, Reason(Rule.PERMISSIONS, Outcome.DISABLED, sent=(operation,)))
    held = organisation.roles & opened_by
    outcome = Outcome.ALLOWED if held else Outcome.NO_ROLE
    roles = tuple(sorted(role.value for role in held or organisation.roles))
    return Access(bool(held), Reason(Rule.ROLE, outcome, sent=(operation,), held=roles))

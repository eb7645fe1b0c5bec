from __future__ import annotations

import pytest

from lrs_soap.rules.access.roles import ANY_BUT_SUPER_USER, judge
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.rules.values.rule import Outcome, Rule

OPENED_BY = frozenset({Role.ONLINE_USER, Role.VIEW_ONLY_USER})


def college(*roles: Role, permissions_disabled: bool = False) -> Organisation:
    return Organisation(
        "10001234", "ABC123", "A College", roles=frozenset(roles), permissions_disabled=permissions_disabled
    )


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_its_operations_and_no_others(role: Role) -> None:
    access = judge(college(role), "learnerByULN", opened_by=OPENED_BY)
    assert access.is_allowed is (role in OPENED_BY)
    assert access.reason.sent == ("learnerByULN",)
    assert access.reason.held == (role.value,)


def test_all_roles_open_an_operation_and_none_does_not() -> None:
    assert judge(college(*Role), "learnerByULN", opened_by=OPENED_BY).is_allowed
    refused = judge(college(), "GetOrganisation", opened_by=ANY_BUT_SUPER_USER)
    assert (refused.is_allowed, refused.reason.outcome) == (False, Outcome.NO_ROLE)


@pytest.mark.parametrize("role", Role)
def test_any_role_but_super_user_alone_opens_get_organisation(role: Role) -> None:
    is_allowed = role is not Role.SUPER_USER
    assert judge(college(role), "GetOrganisation", opened_by=ANY_BUT_SUPER_USER).is_allowed is is_allowed
    both = college(role, Role.SUPER_USER)
    assert judge(both, "GetOrganisation", opened_by=ANY_BUT_SUPER_USER).is_allowed is is_allowed


@pytest.mark.parametrize("opened_by", [OPENED_BY, ANY_BUT_SUPER_USER])
def test_disabled_permissions_close_everything_whatever_the_roles(opened_by: frozenset[Role]) -> None:
    refused = judge(college(*Role, permissions_disabled=True), "learnerByULN", opened_by=opened_by)
    assert not refused.is_allowed
    assert (refused.reason.rule, refused.reason.outcome) == (Rule.PERMISSIONS, Outcome.DISABLED)

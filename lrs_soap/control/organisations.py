"""Organisations that may use a world: list them, and add or change one."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response

from lrs_soap.control.answering import answered, asked, part, writing
from lrs_soap.control.errors import ControlError
from lrs_soap.control.models import (
    Error,
    OrganisationChange,
    OrganisationHeld,
    OrganisationList,
    OrganisationPath,
)
from lrs_soap.errors import NotHeld
from lrs_soap.operations import organisations as operations
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.organisation import Organisation, Role, canonical, role_named

organisations = part("organisations")


@organisations.get("/organisations", responses={200: OrganisationList}, operation_id="list_organisations")
def everyone() -> Response:
    """Every organisation, by UKPRN."""
    with asked().world.reading(OPERATOR) as work:
        found = operations.everyone(work)
    return answered(OrganisationList([_held(each) for each in found]))


@organisations.put(
    "/organisations/<ukprn>",
    responses={200: OrganisationHeld, 201: OrganisationHeld, 409: Error},
    operation_id="put_organisation",
)
def put(path: OrganisationPath, body: OrganisationChange) -> Response:
    """Add an organisation, or change one. A change applies from the next request on."""
    roles = None if body.roles is None else frozenset(map(role_of, body.roles))
    with writing("put organisation") as (work, _):
        try:
            held: Organisation | None = operations.held(work, path.ukprn)
        except NotHeld:
            held = None
        now = _add(work, path.ukprn, body) if held is None else _keep(work, held, body)
        if roles is not None:
            now = operations.set_roles(work, now.ukprn, roles)
        if body.suspended is not None:
            now = operations.set_suspended(work, now.ukprn, body.suspended)
        if body.permissions_disabled is not None:
            now = operations.set_permissions_disabled(work, now.ukprn, body.permissions_disabled)
    return answered(_held(now), HTTPStatus.CREATED if held is None else HTTPStatus.OK)


def _add(work: UnitOfWork, ukprn: str, body: OrganisationChange) -> Organisation:
    for name in ("organisation_ref", "name", "password"):
        if getattr(body, name) is None:
            raise ControlError(HTTPStatus.BAD_REQUEST, f"{name}: a new organisation needs it.")
    new = Organisation(ukprn, body.organisation_ref or "", body.name or "")
    return operations.add(work, asked().world.passwords, new, body.password or "")


def _keep(work: UnitOfWork, held: Organisation, body: OrganisationChange) -> Organisation:
    """Change the password, if there is one. Raises ControlError for what never changes."""
    for name, given, kept in (
        ("organisation_ref", body.organisation_ref and canonical(body.organisation_ref), held.organisation_ref),
        ("name", body.name, held.name),
    ):
        if given not in (None, kept):
            raise ControlError(HTTPStatus.CONFLICT, f"{name}: it is {kept!r}, and stays so.")
    if body.password is not None:
        operations.set_password(work, asked().world.passwords, held.ukprn, body.password)
    return held


def role_of(text: str) -> Role:
    """The role of this name. Raises ControlError."""
    role = role_named(text)
    if role is None:
        known = ", ".join(role.value for role in Role)
        raise ControlError(HTTPStatus.BAD_REQUEST, f"roles: {text!r} is not a role. The roles are {known}.")
    return role


def _held(organisation: Organisation) -> OrganisationHeld:
    return OrganisationHeld(
        ukprn=organisation.ukprn,
        organisation_ref=organisation.organisation_ref,
        name=organisation.name,
        suspended=organisation.suspended,
        permissions_disabled=organisation.permissions_disabled,
        roles=[role.value for role in Role if role in organisation.roles],
    )

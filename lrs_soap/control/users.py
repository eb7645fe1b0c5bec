"""Users of organisations, and what the portal would have mailed to them."""

from __future__ import annotations

from dataclasses import fields, replace
from http import HTTPStatus

from flask import Response

from lrs_soap.control.answering import answered, asked, part, writing
from lrs_soap.control.errors import ControlError
from lrs_soap.control.models import Error, MailList, MailQuery, MailShown, UserChange, UserHeld, UserPath
from lrs_soap.control.organisations import role_of
from lrs_soap.errors import NotHeld
from lrs_soap.operations import own_account
from lrs_soap.operations import users as operations
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.access.user_states import UserState
from lrs_soap.rules.access.users import User, UserDetails
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.organisation import Role, canonical

users = part("users")

_NEEDED = ("given_name", "family_name", "email", "roles", "password")
_DETAILS = tuple(field.name for field in fields(UserDetails))
_VERIFIED = "By the operator"


@users.put(
    "/organisations/<ukprn>/users/<name>",
    responses={200: UserHeld, 201: UserHeld, 409: Error},
    operation_id="put_user",
)
def put(path: UserPath, body: UserChange) -> Response:
    """Add a user with this user name, or change one. A change applies from the next request on."""
    passwords = asked().world.passwords
    roles = None if body.roles is None else frozenset(map(role_of, body.roles))
    if (body.secret_question is None) is not (body.secret_answer is None):
        raise ControlError(HTTPStatus.BAD_REQUEST, "secret_question: it goes with secret_answer.")
    if body.one_time and body.password is None:
        raise ControlError(HTTPStatus.BAD_REQUEST, "one_time: it goes with password.")
    password_hash = answer_hash = None
    if body.password is not None:
        own_account.check_new_password(body.password)
        password_hash = passwords.hash(body.password)
    if body.secret_question is not None and body.secret_answer is not None:
        own_account.check_question(body.secret_question, body.secret_answer)
        answer_hash = own_account.hash_of_answer(passwords, body.secret_answer)
    with writing("put user") as (work, _):
        now, held_hash, held_answer = _held_or_new(work, path, body)
        user = replace(
            now,
            details=replace(now.details, **{name: v for name in _DETAILS if (v := getattr(body, name)) is not None}),
            roles=now.roles if roles is None else roles,
            state=_state(now.state, body.suspended),
        )
        if body.permissions_disabled is not None:
            user = replace(user, permissions_disabled=body.permissions_disabled)
        if password_hash is not None:
            user = replace(
                user,
                password_chosen=work.now,
                has_one_time_password=bool(body.one_time),
                wrong_passwords=0,
                wrong_answers=0,
            )
        if answer_hash is not None:
            user = replace(user, question=body.secret_question)
        is_new = operations.put(work, user, password_hash or held_hash, answer_hash or held_answer)
    return answered(_shown(user), HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@users.delete("/organisations/<ukprn>/users/<name>", responses={204: None}, operation_id="delete_user")
def delete(path: UserPath) -> Response:
    """Close the account of a user for good. What the user did is kept, and nobody else gets the user name."""
    with writing("delete user") as (work, _):
        operations.delete(work, path.ukprn, path.name)
    return Response(status=HTTPStatus.NO_CONTENT)


@users.get("/mail", responses={200: MailList}, operation_id="list_mail")
def mail(query: MailQuery) -> Response:
    """What the portal would have mailed, the last first."""
    with asked().world.reading(OPERATOR) as work:
        found = own_account.mailed(work, limit=query.limit)
    return answered(
        MailList(
            [
                MailShown(time=each.moment.isoformat(), to=each.recipient, subject=each.subject, body=each.body)
                for each in found
            ]
        )
    )


@users.delete("/mail", responses={204: None}, operation_id="delete_mail")
def delete_mail() -> Response:
    """Forget the mail. Links in it can still be followed."""
    with writing("delete mail") as (work, _):
        own_account.forget_mail(work)
    return Response(status=HTTPStatus.NO_CONTENT)


def _held_or_new(work: UnitOfWork, path: UserPath, body: UserChange) -> tuple[User, str, str | None]:
    """The user as held, or a new one, with the hashes of password and secret answer. Raises ControlError."""
    try:
        return operations.held_with_hashes(work, path.ukprn, path.name)
    except NotHeld:
        for name in _NEEDED:
            if getattr(body, name) is None:
                raise ControlError(HTTPStatus.BAD_REQUEST, f"{name}: a new user needs it.") from None
    details = UserDetails("", "", "", _VERIFIED)
    new = User(path.name, canonical(path.ukprn), details, frozenset(), work.now, is_email_verified=True)
    return new, "", None


def _state(held: UserState, suspended: bool | None) -> UserState:
    if suspended is None or suspended is held.is_suspended:
        return held
    return UserState.SUSPENDED if suspended else UserState.ACTIVE


def _shown(user: User) -> UserHeld:
    return UserHeld(
        name=user.name,
        ukprn=user.organisation,
        **{name: getattr(user.details, name) for name in _DETAILS},
        roles=[role.value for role in Role if role in user.roles],
        suspended=user.state.is_suspended,
        permissions_disabled=user.permissions_disabled,
        one_time=user.has_one_time_password,
        secret_question=user.question,
    )

"""Keep a form that came when its session was over, so that its user can go on with it after logging in again."""

from __future__ import annotations

from collections.abc import Iterable

from lrs_soap.operations.log_in import KEPT_SECONDS
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.passwords import generate_token
from lrs_soap.store import kept_forms
from lrs_soap.store.kept_forms import KeptForm

# No field whose name has one of these in it is kept.
_SECRETS = ("password", "answer")
_MOST_CHARACTERS = 100_000


def keep_form(
    work: UnitOfWork, user_name: str, path: str, fields: Iterable[tuple[str, str]], seconds: int
) -> str | None:
    """Keep a form of the page at `path` for a user, without passwords and secret answers; return its id.

    A form that is very long is not kept. `seconds` is the machine's time.
    """
    kept = tuple((name, value) for name, value in fields if not is_secret(name))
    if sum(len(name) + len(value) for name, value in kept) > _MOST_CHARACTERS:
        return None
    kept_forms.forget(work.transaction, seconds - KEPT_SECONDS)
    form_id = generate_token()
    kept_forms.keep(work.transaction, form_id, user_name, KeptForm(path, kept), seconds)
    return form_id


def kept_form(work: UnitOfWork, form_id: str, user_name: str, seconds: int) -> KeptForm | None:
    """The form with this id, if it is kept for this user, and for not too long."""
    return kept_forms.find(work.transaction, form_id, user_name, since=seconds - KEPT_SECONDS)


def drop_form(work: UnitOfWork, form_id: str, user_name: str) -> None:
    """Forget a form that was sent again."""
    kept_forms.drop(work.transaction, form_id, user_name)


def is_secret(name: str) -> bool:
    """Whether a field of this name holds a password or a secret answer."""
    return any(secret in name.casefold() for secret in _SECRETS)

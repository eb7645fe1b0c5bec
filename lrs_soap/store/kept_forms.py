"""Forms that came when their session was over, kept for their user. Moments are seconds of the machine's clock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from lrs_soap.rules.access.user_names import key_of
from lrs_soap.store.tables import kept_forms
from lrs_soap.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form: the path of its page, with the query, and its fields in order, without secrets."""

    path: str
    fields: Sequence[tuple[str, str]]


def keep(transaction: Transaction, form_id: str, user_name: str, form: KeptForm, seconds: int) -> None:
    """Keep a form of a user under an id that nobody can guess."""
    row = {
        "id": form_id,
        "user_key": key_of(user_name),
        "path": form.path,
        "fields": json.dumps(list(form.fields)),
        "kept": seconds,
    }
    transaction.execute(insert(kept_forms), row)


def find(transaction: Transaction, form_id: str, user_name: str, *, since: int) -> KeptForm | None:
    """The form with this id that was kept for this user, not before a moment; None if there is none."""
    row: Any = transaction.execute(
        select(kept_forms.c.path, kept_forms.c.fields).where(
            kept_forms.c.id == form_id, kept_forms.c.user_key == key_of(user_name), kept_forms.c.kept >= since
        )
    ).one_or_none()
    if row is None:
        return None
    path, fields = row
    return KeptForm(path, tuple((name, value) for name, value in json.loads(fields)))


def drop(transaction: Transaction, form_id: str, user_name: str) -> None:
    """Forget a form of a user, if it is kept."""
    transaction.execute(
        delete(kept_forms).where(kept_forms.c.id == form_id, kept_forms.c.user_key == key_of(user_name))
    )


def forget(transaction: Transaction, before: int) -> None:
    """Forget the forms that were kept before this moment."""
    transaction.execute(delete(kept_forms).where(kept_forms.c.kept < before))

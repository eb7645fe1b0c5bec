"""What the portal would have mailed, and the links in it that can still be followed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import delete, insert, select

from lrs_soap.rules.access.user_names import key_of
from lrs_soap.store.tables import mail, mailed_links
from lrs_soap.store.transaction import Transaction


class LinkPurpose(str, Enum):
    """What a link in a mail is for."""

    VERIFY_EMAIL = "verify e-mail"
    RESET_PASSWORD = "reset password"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, as of a moment of the service's clock."""

    moment: datetime
    recipient: str
    subject: str
    body: str


def send(transaction: Transaction, message: Mail) -> None:
    """Keep a mail: nothing is sent."""
    row = {
        "moment": message.moment.isoformat(),
        "recipient": message.recipient,
        "subject": message.subject,
        "body": message.body,
    }
    transaction.execute(insert(mail), row)


def all(transaction: Transaction, *, limit: int) -> list[Mail]:
    """The mails, the last first, at most `limit`."""
    columns = (mail.c.moment, mail.c.recipient, mail.c.subject, mail.c.body)
    rows: Iterable[Any] = transaction.execute(select(*columns).order_by(mail.c.id.desc()).limit(limit)).all()
    return [Mail(datetime.fromisoformat(moment), *others) for moment, *others in rows]


def forget(transaction: Transaction) -> None:
    """Forget all mail. The links in it can still be followed."""
    transaction.execute(delete(mail))


def add_link(transaction: Transaction, token: str, user_name: str, purpose: LinkPurpose, expires: datetime) -> None:
    """Let a link with this token be followed until a moment, in place of the user's earlier links for the purpose."""
    transaction.execute(
        delete(mailed_links).where(
            mailed_links.c.user_key == key_of(user_name), mailed_links.c.purpose == purpose.value
        )
    )
    row = {
        "token_hash": _hash(token),
        "user_key": key_of(user_name),
        "purpose": purpose.value,
        "expires": int(expires.timestamp()),
    }
    transaction.execute(insert(mailed_links), row)


def linked_user(transaction: Transaction, token: str, purpose: LinkPurpose, now: datetime) -> str | None:
    """The key of the name of the user to whom a link was mailed; None if it cannot be followed."""
    return transaction.execute(
        select(mailed_links.c.user_key).where(
            mailed_links.c.token_hash == _hash(token),
            mailed_links.c.purpose == purpose.value,
            mailed_links.c.expires > int(now.timestamp()),
        )
    ).scalar_one_or_none()


def drop_links(transaction: Transaction, user_name: str) -> None:
    """Let no link that was mailed to a user be followed any more."""
    transaction.execute(delete(mailed_links).where(mailed_links.c.user_key == key_of(user_name)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

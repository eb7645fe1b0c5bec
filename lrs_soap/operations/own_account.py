"""What users do with their own accounts: choose a password and a secret question, and get in without the password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import blake2b

from lrs_soap.errors import InvalidRecord
from lrs_soap.operations.log_in import Proof, author_of, note_wrong_password
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.passwords import Passwords, generate_token
from lrs_soap.rules.access.password_policy import broken_by
from lrs_soap.rules.access.secret_questions import LONGEST_ANSWER, QUESTIONS, canonical_answer, question_for_nobody
from lrs_soap.rules.access.user_names import key_of
from lrs_soap.rules.access.user_states import UserEvent, UserState, after
from lrs_soap.rules.access.users import User
from lrs_soap.store import activity, mail, organisations, sessions, users
from lrs_soap.store.mail import LinkPurpose, Mail
from lrs_soap.store.users import UserAccount

LINK_LIFE = timedelta(hours=24)
"""For how long a link in a mail can be followed, by the world's clock."""

AddressOf = Callable[[str], str]
"""The address of the page that a link with a token leads to."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The account of somebody who has forgotten the password, and whether the secret answer was right."""

    account: UserAccount | None = field(repr=False)
    is_right: bool


def check_new_password(password: str, *, old: str | None = None) -> None:
    """Check that a password keeps to the policy. Raises InvalidRecord, which does not quote it."""
    reason = broken_by(password, old=old)
    if reason is not None:
        raise InvalidRecord(" ".join(reason.findings), "password")


def check_question(question: str, answer: str) -> None:
    """Check a secret question and its answer. Raises InvalidRecord, which does not quote the answer."""
    if question not in QUESTIONS:
        raise InvalidRecord("Choose one of the questions.", "question")
    if not canonical_answer(answer):
        raise InvalidRecord("Enter an answer.", "answer")
    if len(answer) > LONGEST_ANSWER:
        raise InvalidRecord(f"An answer can have {LONGEST_ANSWER} characters at most.", "answer")


def hash_of_answer(passwords: Passwords, answer: str) -> str:
    """The hash by which an answer is held."""
    return passwords.hash(canonical_answer(answer))


def change_password(
    work: UnitOfWork, proof: Proof, password_hash: str, *, seconds: int, has_agreed: bool
) -> str | None:
    """Change the password of a user whose old one was checked; None where that one was not right.

    All sessions of the user end, and one begins at the machine's time `seconds`, whose token is returned; `has_agreed`
    is whether the agreement was accepted in the one before. A wrong password counts as one at the login does.
    """
    account = _locked(work, proof.account)
    if account is None or proof.account is None:
        return None
    if not proof.is_right or account.password_hash != proof.account.password_hash:
        note_wrong_password(work, account)
        return None
    _set_password(work, account, account.user.state, password_hash)
    token = generate_token()
    sessions.begin(work.transaction, token, account.user.name, seconds, has_agreed=has_agreed)
    activity.add(work.transaction, author_of(account.user), work.now, "changed the password")
    return token


def choose_question(work: UnitOfWork, user_name: str, question: str, answer_hash: str) -> None:
    """Choose another secret question, with the hash of its answer."""
    account = users.locked(work.transaction, user_name)
    if account is None or account.user.state is not UserState.ACTIVE:
        return
    user = replace(account.user, question=question, wrong_answers=0)
    users.write(work.transaction, replace(account, user=user, answer_hash=answer_hash))
    activity.add(work.transaction, author_of(user), work.now, "changed the secret question")


def question_of(work: UnitOfWork, email: str, user_name: str, *, secret: str) -> str:
    """The secret question of whoever has this e-mail address. Nobody is asked one, too, and always the same.

    `user_name` tells apart those who have the same address, and may be empty. `secret` is a text that nobody knows.
    """
    account = _recoverable(work, email, user_name)
    if account is not None and account.user.question is not None:
        return account.user.question
    digest = blake2b(users.email_key(email).encode("utf-8", "surrogatepass"), key=secret.encode()[:64]).digest()
    return question_for_nobody(int.from_bytes(digest, "big"))


def check_answer(work: UnitOfWork, passwords: Passwords, email: str, user_name: str, answer: str) -> Recovery:
    """Check a secret answer, without regard to case. It takes as long whether or not there is such a user."""
    account = _recoverable(work, email, user_name)
    if account is not None and account.user.wrong_answers >= work.policy.suspend_after:
        account = None
    is_right = passwords.is_right(canonical_answer(answer), None if account is None else account.answer_hash)
    return Recovery(account, is_right)


def recover(work: UnitOfWork, recovery: Recovery, password_hash: str) -> bool:
    """Give the user whose answer was right a new password, and reactivate the account; return whether that is done.

    A wrong answer is counted: after too many, no answer is right until a Super User resets the password. An account
    that a Super User has suspended stays suspended, and nothing is changed.
    """
    account = _locked(work, recovery.account)
    if account is None or recovery.account is None:
        return False
    if not recovery.is_right or account.answer_hash != recovery.account.answer_hash:
        user = replace(account.user, wrong_answers=account.user.wrong_answers + 1)
        users.write(work.transaction, replace(account, user=user))
        activity.add(work.transaction, author_of(user), work.now, "wrong secret answer")
        return False
    return _recovered(work, account, password_hash)


def send_reset_links(work: UnitOfWork, email: str, address_of: AddressOf) -> None:
    """Mail a link to whoever has this address and verified it: with it a new password can be chosen."""
    for account in users.by_email(work.transaction, email):
        if account.user.is_email_verified and after(account.user.state, UserEvent.RECOVER) is not None:
            _send_link(
                work,
                account.user,
                LinkPurpose.RESET_PASSWORD,
                address_of,
                "Choose a new password",
                "To choose a new password, open this address:",
            )


def linked_user(work: UnitOfWork, token: str) -> User | None:
    """The user who may choose a new password by a link with this token; None for nobody."""
    key = mail.linked_user(work.transaction, token, LinkPurpose.RESET_PASSWORD, work.now)
    account = None if key is None else users.by_name(work.transaction, key)
    return None if account is None else account.user


def recover_by_link(work: UnitOfWork, token: str, password_hash: str) -> bool:
    """As `recover`, by a link with this token."""
    key = mail.linked_user(work.transaction, token, LinkPurpose.RESET_PASSWORD, work.now)
    account = None if key is None else users.locked(work.transaction, key)
    return account is not None and _recovered(work, account, password_hash)


def mailed(work: UnitOfWork, *, limit: int) -> list[Mail]:
    """What the portal would have mailed to users, the last first, at most `limit`."""
    return mail.all(work.transaction, limit=limit)


def forget_mail(work: UnitOfWork) -> None:
    """Forget all mail. The links in it can still be followed."""
    mail.forget(work.transaction)


def send_verification_link(work: UnitOfWork, user: User, address_of: AddressOf) -> None:
    """Mail a link to a user, who follows it to show that the address is right."""
    _send_link(
        work,
        user,
        LinkPurpose.VERIFY_EMAIL,
        address_of,
        "Verify your e-mail address",
        "To verify that this is your e-mail address, open this one:",
    )


def verify_email(work: UnitOfWork, token: str) -> bool:
    """Note that an address was verified by a link with this token; return whether the link could be followed."""
    key = mail.linked_user(work.transaction, token, LinkPurpose.VERIFY_EMAIL, work.now)
    account = None if key is None else users.locked(work.transaction, key)
    if account is None or account.user.state is UserState.DELETED:
        return False
    users.write(work.transaction, replace(account, user=replace(account.user, is_email_verified=True)))
    activity.add(work.transaction, author_of(account.user), work.now, "verified the e-mail address")
    return True


def _recoverable(work: UnitOfWork, email: str, user_name: str) -> UserAccount | None:
    """The one account that an address, and a user name if one is given, mean; None where it is none or several."""
    found = [
        account
        for account in users.by_email(work.transaction, email)
        if not user_name.strip() or key_of(account.user.name) == key_of(user_name)
    ]
    return found[0] if len(found) == 1 else None


def _locked(work: UnitOfWork, account: UserAccount | None) -> UserAccount | None:
    """The account as it is now, for this writing unit alone; None for one that is closed."""
    now = None if account is None else users.locked(work.transaction, account.user.name)
    return None if now is None or now.user.state is UserState.DELETED else now


def _recovered(work: UnitOfWork, account: UserAccount, password_hash: str) -> bool:
    held = organisations.by_ukprn(work.transaction, account.user.organisation)
    state = after(account.user.state, UserEvent.RECOVER)
    if state is None or held is None or held.organisation.suspended:
        return False
    _set_password(work, account, state, password_hash)
    activity.add(work.transaction, author_of(account.user), work.now, "recovered the account")
    return True


def _set_password(work: UnitOfWork, account: UserAccount, state: UserState, password_hash: str) -> None:
    """Hold a password that the user has chosen. All sessions end, and all links that were mailed."""
    user = replace(
        account.user,
        state=state,
        password_chosen=work.now,
        has_one_time_password=False,
        wrong_passwords=0,
        wrong_answers=0,
    )
    users.write(work.transaction, replace(account, user=user, password_hash=password_hash))
    sessions.end_all(work.transaction, user.name)
    mail.drop_links(work.transaction, user.name)


def _send_link(
    work: UnitOfWork, user: User, purpose: LinkPurpose, address_of: AddressOf, subject: str, words: str
) -> None:
    token = generate_token()
    mail.add_link(work.transaction, token, user.name, purpose, work.now + LINK_LIFE)
    hours = int(LINK_LIFE.total_seconds() // 3600)
    body = f"{words}\n\n{address_of(token)}\n\nIt can be opened for {hours} hours.\n"
    mail.send(work.transaction, Mail(work.now, user.details.email, subject, body))

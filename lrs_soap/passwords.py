"""Passwords: slow to guess from the stored hashes, and those of programs quick to check again once they were right."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
import threading
from collections import OrderedDict
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from lrs_soap.rules.access import password_policy
from lrs_soap.rules.values.organisation import PASSWORD_LENGTH

_MEMORY_KIB = 19 * 1024

# What the password of an unknown organisation is checked against: a hash of an unknown text, made as `Passwords` does.
_NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$qZXkCaMwagBkm1tpoJZfWw$qaFBlaieXIBJN5cjdMOFEUXG8vm0i78RrvgNSTBUWDc"

_ONE_TIME_LENGTH = 12

# Without characters that look alike.
_GENERATED_FROM = "".join(each for each in string.ascii_letters + string.digits if each not in "0O1Il")


class Passwords:
    """Hashes passwords with argon2id, and remembers those that proved right. Threads may share it.

    It remembers, for each organisation and hash, a BLAKE2 MAC of the password that has this hash, under a random key
    of the process. Worlds may share it: what was proved of a hash holds wherever an organisation has that hash, and is
    worthless where it has another one.
    """

    def __init__(self, *, remembered: int = 10_000) -> None:
        """`remembered` is the most hashes to remember. The one not seen for longest is forgotten first."""
        self._hasher = PasswordHasher(time_cost=2, memory_cost=_MEMORY_KIB, parallelism=1)
        # Copied for each proof, which is quicker than giving it the key again.
        self._keyed = hashlib.blake2b(key=secrets.token_bytes(32), digest_size=32)
        self._limit = remembered
        self._proved: OrderedDict[tuple[str, str | None], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self.before_long: Callable[[], None] = _nothing
        """Called before a hash is computed, which takes long on purpose, in the thread that does it."""

    def hash(self, password: str) -> str:
        """The argon2id hash of any text, with its salt and parameters, in the PHC format."""
        self.before_long()
        return self._hasher.hash(_bytes(password))

    def verify(self, organisation_key: str, password: str, held: str | None) -> bool:
        """Whether `password` has the hash `held`, which belongs to the organisation that `organisation_key` names.

        `held` is None for an unknown organisation. Then the password is never right, and the check takes as long as for
        a wrong one. Raises argon2's InvalidHashError if `held` is not a hash.
        """
        place = (organisation_key, held)
        keyed = self._keyed.copy()
        keyed.update(_bytes(f"{held}\0{password}"))
        proof = keyed.digest()
        try:
            if hmac.compare_digest(self._proved[place], proof):
                self._proved.move_to_end(place)
                return True
        except KeyError:
            # Nobody has proved it, or another thread has forgotten it just now.
            pass
        if not self.is_right(password, held):
            return False
        with self._lock:
            self._proved[place] = proof
            self._proved.move_to_end(place)
            if len(self._proved) > self._limit:
                self._proved.popitem(last=False)
        return True

    def is_right(self, password: str, held: str | None) -> bool:
        """As `verify`, but remembers nothing: for people, who log in once and then have a session."""
        self.before_long()
        try:
            self._hasher.verify(_NOBODYS_HASH if held is None else held, _bytes(password))
        except VerifyMismatchError:
            return False
        return held is not None

    def one_time(self) -> tuple[str, str]:
        """A new one-time password with its hash."""
        made = generate_one_time()
        return made, self.hash(made)


def generate() -> str:
    """A new random password of letters and digits."""
    return "".join(secrets.choice(_GENERATED_FROM) for _ in range(PASSWORD_LENGTH))


def generate_one_time() -> str:
    """A new random password for a user to log in with once. It keeps to the policy of users' passwords."""
    while True:
        made = "".join(secrets.choice(_GENERATED_FROM) for _ in range(_ONE_TIME_LENGTH))
        if password_policy.broken_by(made) is None:
            return made


def generate_token() -> str:
    """A new random text that nobody can guess, for a session or a link."""
    return secrets.token_urlsafe(32)


def _bytes(text: str) -> bytes:
    # A lone surrogate makes a password wrong, and must not raise another error.
    return text.encode("utf-8", "surrogatepass")


def _nothing() -> None:
    """Do nothing before a hash is computed, as where nobody waits for this thread."""

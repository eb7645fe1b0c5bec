"""Organisations' passwords: slow to guess from what is stored, quick to check once they were right."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
import threading
from collections import OrderedDict

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from lrs_soap.rules.values.organisation import PASSWORD_LENGTH

_MEMORY_KIB = 19 * 1024

# What a password of nobody's is checked against, with the parameters of `Passwords`; no password is known for it.
_NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$qZXkCaMwagBkm1tpoJZfWw$qaFBlaieXIBJN5cjdMOFEUXG8vm0i78RrvgNSTBUWDc"

# Without those that are taken for one another when they are read out.
_GENERATED_FROM = "".join(each for each in string.ascii_letters + string.digits if each not in "0O1Il")


class Passwords:
    """Hashes with argon2id, and remembers for each organisation what proved right. Safe to share between threads.

    Remembered is a BLAKE2 MAC under a key that the process draws for itself, of the password together with the hash
    that it was checked against: where the hash has changed, it agrees with nothing any more.
    """

    def __init__(self, *, remembered: int = 10_000) -> None:
        """`remembered` is for how many organisations to remember; the one not seen for longest goes first."""
        self._hasher = PasswordHasher(time_cost=2, memory_cost=_MEMORY_KIB, parallelism=1)
        self._key = secrets.token_bytes(32)
        self._limit = remembered
        self._proved: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def hash(self, password: str) -> str:
        """The argon2id hash to store for `password`, any text, with its salt and parameters in PHC's format."""
        return self._hasher.hash(_bytes(password))

    def verify(self, organisation_key: str, password: str, held: str | None) -> bool:
        """Whether `password` is the one behind the hash `held` of the organisation that `organisation_key` names.

        `held` is None for an organisation that is not there: that is never right, and takes as long as a password that
        is wrong. Raises argon2's InvalidHashError where `held` is no hash.
        """
        proof = hashlib.blake2b(_bytes(f"{held}\0{password}"), key=self._key, digest_size=32).digest()
        with self._lock:
            if hmac.compare_digest(self._proved.get(organisation_key, b""), proof):
                self._proved.move_to_end(organisation_key)
                return True
        try:
            self._hasher.verify(_NOBODYS_HASH if held is None else held, _bytes(password))
        except VerifyMismatchError:
            return False
        if held is None:
            return False
        with self._lock:
            self._proved[organisation_key] = proof
            self._proved.move_to_end(organisation_key)
            if len(self._proved) > self._limit:
                self._proved.popitem(last=False)
        return True


def generate() -> str:
    """A password that nobody has, of letters and digits."""
    return "".join(secrets.choice(_GENERATED_FROM) for _ in range(PASSWORD_LENGTH))


def _bytes(text: str) -> bytes:
    # A lone surrogate is wrong in a password, but no reason to fail in another way than by being wrong.
    return text.encode("utf-8", "surrogatepass")

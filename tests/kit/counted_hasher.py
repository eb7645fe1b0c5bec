"""Counts the hashes of passwords that are computed: what a check costs, without a clock."""

from __future__ import annotations

from argon2 import PasswordHasher

from lrs_soap.passwords import Passwords


class CountedHasher:
    """A hasher that keeps the hash of each password that it verifies, in `verified`."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self.verified: list[str] = []
        self._hasher = hasher

    @classmethod
    def of(cls, passwords: Passwords) -> CountedHasher:
        """Counts from now on what these passwords verify."""
        counted = cls(passwords._hasher)
        passwords._hasher = counted
        return counted

    def verify(self, hash: str, password: bytes) -> bool:
        self.verified.append(hash)
        return self._hasher.verify(hash, password)

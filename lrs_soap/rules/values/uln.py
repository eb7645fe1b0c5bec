"""The Unique Learner Number (ULN): its check digit, and a sequence of new ULNs that nobody can guess.

A ULN is ten digits, the first of them 1 to 9. Multiplied by 10, 9, … 1, its digits add up to 10 modulo 11.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from hashlib import blake2b
from itertools import accumulate

STEMS = 900_000_000
"""How many stems there are. A stem is the nine digits before the check digit: 100000000 to 999999999."""

_FIRST_STEM = 100_000_000
_HALF = 30_000  # its square is STEMS, so that the network permutes exactly the stems
_ROUNDS = 10
_NOT_KEPT = _HALF  # no round adds this much


def check_digit(stem: str) -> str | None:
    """The tenth digit of the ULN that begins with `stem`, nine ASCII digits of which the first is not 0.

    None if no ULN begins with it: the weighed sum is 0 modulo 11, and the digit would have to be 10. Raises
    ValueError for anything but a stem.
    """
    if not _is_number(stem, 9):
        raise ValueError(f"a stem is nine digits, the first of them 1 to 9, not {stem!r}")
    return _check_digit_of(stem)


def is_valid(uln: str) -> bool:
    """Whether `uln` is ten ASCII digits, the first of them 1 to 9, with the right check digit.

    9999999999, which people send for "no ULN", is not valid: its weighed digits add up to 0 modulo 11.
    """
    return len(uln) == 10 and uln.isascii() and uln.isdigit() and uln[0] != "0" and _weigh(uln) == 10


def issue(number: int, key: bytes) -> str | None:
    """The ULN of the sequence number `number`, 0 to STEMS - 1, under the secret `key`, 1 to 64 bytes.

    Under one key, two numbers never have the same ULN. Without the key, nobody can tell the next ULN from those before
    it. None if the number's stem has no check digit: go on to the next number. Raises ValueError for a number or key
    out of range.
    """
    _check_number(number)
    _check_key(key)
    return _uln_of(_permute(number, key))


def issuer(key: bytes) -> Callable[[int], str | None]:
    """`issue` under one key. It keeps each round's results in 600 KB, and is five times as fast for many numbers.

    Raises ValueError for a key out of range.
    """
    _check_key(key)
    keyed = _hash_of(key)
    rounds = [array("H", (_NOT_KEPT,)) * _HALF for _ in range(_ROUNDS)]

    def issue_from_kept(number: int) -> str | None:
        _check_number(number)
        left, right = divmod(number, _HALF)
        for turn, kept in enumerate(rounds):
            if kept[right] == _NOT_KEPT:
                kept[right] = _round(turn, right, keyed) % _HALF
            left, right = right, (left + kept[right]) % _HALF
        return _uln_of(left * _HALF + right)

    return issue_from_kept


def _check_number(number: int) -> None:
    if not 0 <= number < STEMS:
        raise ValueError(f"a sequence number is 0 to {STEMS - 1}, not {number}")


def _check_key(key: bytes) -> None:
    if not 1 <= len(key) <= 64:
        raise ValueError(f"a key is 1 to 64 bytes, not {len(key)}")


def _uln_of(permuted: int) -> str | None:
    stem = str(_FIRST_STEM + permuted)
    digit = _check_digit_of(stem)
    return stem + digit if digit else None


def _check_digit_of(stem: str) -> str | None:
    remainder = _weigh(f"{stem}0")
    return str(10 - remainder) if remainder else None


def _is_number(text: str, length: int) -> bool:
    # str.isdigit alone accepts superscripts, and the digits of other scripts.
    return len(text) == length and text.isascii() and text.isdigit() and text[0] != "0"


def _weigh(digits: str) -> int:
    """Ten digits, multiplied by 10, 9, … 1 and added up, modulo 11.

    The digit before n others counts in the n + 1 running sums from its own on. The characters' codes are 48 more than
    the digits, which adds 55 times 48 to the sum: 0 modulo 11.
    """
    return sum(accumulate(digits.encode())) % 11


def _permute(number: int, key: bytes) -> int:
    """A Feistel network that adds modulo `_HALF` instead of using xor, and so stays within the stems."""
    left, right = divmod(number, _HALF)
    keyed = _hash_of(key)
    for turn in range(_ROUNDS):
        left, right = right, (left + _round(turn, right, keyed)) % _HALF
    return left * _HALF + right


def _hash_of(key: bytes) -> blake2b:
    return blake2b(digest_size=8, key=key)


def _round(turn: int, half: int, keyed: blake2b) -> int:
    hashed = keyed.copy()
    hashed.update((turn << 16 | half).to_bytes(3, "big"))
    return int.from_bytes(hashed.digest(), "big")

"""The Unique Learner Number: its check digit, and a series of new ones that nobody can guess.

A ULN is ten digits, the first of them 1 to 9. The digits weighed by 10, 9, … 1 add up to 10 modulo 11.
"""

from __future__ import annotations

from hashlib import blake2b
from operator import mul

STEMS = 900_000_000
"""How many stems there are, the nine digits before the check digit: 100000000 to 999999999."""

_WEIGHTS = range(10, 0, -1)
_FIRST_STEM = 100_000_000
_HALF = 30_000  # squared it is STEMS, so that the network permutes exactly the stems
_ROUNDS = 10


def check_digit(stem: str) -> str | None:
    """The tenth digit for `stem`, nine ASCII digits of which the first is not 0.

    None where the weighed stem leaves the remainder 0: the digit would have to be 10, so it is no ULN's stem.
    Anything else than a stem raises ValueError.
    """
    if not _is_number(stem, 9):
        raise ValueError(f"a stem is nine digits, the first of them 1 to 9, not {stem!r}")
    remainder = _weigh(stem) % 11
    return str(10 - remainder) if remainder else None


def is_valid(uln: str) -> bool:
    """Whether `uln` is ten ASCII digits, the first of them 1 to 9, with the right check digit.

    The sector's "no ULN", 9999999999, is not valid: its digits add up to 0 modulo 11.
    """
    return _is_number(uln, 10) and _weigh(uln) % 11 == 10


def issue(number: int, key: bytes) -> str | None:
    """The ULN that the secret `key`, 1 to 64 bytes, gives to the sequence number `number`, 0 to STEMS - 1.

    Under one key no two numbers share a stem, so none share a ULN, and without the key the next ULN does not follow
    from those before it. None where the number falls on a stem without check digit: walk on to the next number.
    A number or a key out of range raises ValueError.
    """
    if not 0 <= number < STEMS:
        raise ValueError(f"a sequence number is 0 to {STEMS - 1}, not {number}")
    if not 1 <= len(key) <= 64:
        raise ValueError(f"a key is 1 to 64 bytes, not {len(key)}")
    stem = str(_FIRST_STEM + _permute(number, key))
    digit = check_digit(stem)
    return stem + digit if digit else None


def _is_number(text: str, length: int) -> bool:
    # str.isdigit alone takes other scripts' digits, and superscripts too.
    return len(text) == length and text.isascii() and text.isdigit() and text[0] != "0"


def _weigh(digits: str) -> int:
    return sum(map(mul, map(int, digits), _WEIGHTS))


def _permute(number: int, key: bytes) -> int:
    """A Feistel network that adds modulo `_HALF` instead of xor, and so never leaves the range of the stems."""
    left, right = divmod(number, _HALF)
    for turn in range(_ROUNDS):
        left, right = right, (left + _round(turn, right, key)) % _HALF
    return left * _HALF + right


def _round(turn: int, half: int, key: bytes) -> int:
    digest = blake2b(bytes((turn, *half.to_bytes(2, "big"))), digest_size=8, key=key).digest()
    return int.from_bytes(digest, "big")

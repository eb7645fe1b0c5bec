"""The Unique Learner Number: its check digit, and a series of new ones that nobody can guess.

A ULN is ten digits, the first of them 1 to 9. The digits weighed by 10, 9, … 1 add up to 10 modulo 11.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from hashlib import blake2b
from operator import mul

STEMS = 900_000_000
"""How many stems there are, the nine digits before the check digit: 100000000 to 999999999."""

_WEIGHTS = range(10, 0, -1)
_FIRST_STEM = 100_000_000
_HALF = 30_000  # squared it is STEMS, so that the network permutes exactly the stems
_ROUNDS = 10
_NOT_WORKED_OUT = _HALF  # what no round adds


def check_digit(stem: str) -> str | None:
    """The tenth digit for `stem`, nine ASCII digits of which the first is not 0.

    None where the weighed stem leaves the remainder 0: the digit would have to be 10, so it is no ULN's stem.
    Anything else than a stem raises ValueError.
    """
    if not _is_number(stem, 9):
        raise ValueError(f"a stem is nine digits, the first of them 1 to 9, not {stem!r}")
    return _check_digit_of(stem)


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
    _check_number(number)
    _check_key(key)
    return _uln_of(_permute(number, key))


def issuer(key: bytes) -> Callable[[int], str | None]:
    """`issue` under one key, five times as fast for very many numbers: in 600 KB it keeps what it has worked out.

    A key out of range raises ValueError.
    """
    _check_key(key)
    rounds = [array("H", (_NOT_WORKED_OUT,)) * _HALF for _ in range(_ROUNDS)]

    def issue_from_kept(number: int) -> str | None:
        _check_number(number)
        left, right = divmod(number, _HALF)
        for turn, kept in enumerate(rounds):
            if kept[right] == _NOT_WORKED_OUT:
                kept[right] = _round(turn, right, key) % _HALF
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
    remainder = _weigh(stem) % 11
    return str(10 - remainder) if remainder else None


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

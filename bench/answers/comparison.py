"""Find the differences between the answers in two files."""

from __future__ import annotations

from dataclasses import dataclass

from bench.failure import BenchFailed

_AROUND = 120


@dataclass(frozen=True, slots=True)
class Comparison:
    """The number of answers in both files, and the answers that differ: each with its title and the place."""

    count: int
    differences: tuple[str, ...]


def compare(one: bytes, other: bytes) -> Comparison:
    """Compare two files of answers to the same requests. Raises BenchFailed if the requests are not the same."""
    (head, *answers), (other_head, *other_answers) = _parts(one), _parts(other)
    if head != other_head or len(answers) != len(other_answers):
        raise BenchFailed(f"these are not answers to the same requests: {head.decode()} and {other_head.decode()}")
    pairs = zip(answers, other_answers, strict=True)
    return Comparison(len(answers), tuple(_difference(ours, theirs) for ours, theirs in pairs if ours != theirs))


def _parts(text: bytes) -> list[bytes]:
    return text.split(b"\n=== ")


def _difference(ours: bytes, theirs: bytes) -> str:
    """The title of an answer, and both texts around the first byte in which they differ."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    at = next((place for place, (our, their) in pairs if our != their), min(len(ours), len(theirs)))
    near = slice(max(0, at - _AROUND), at + _AROUND)
    title = ours.partition(b"\n")[0].decode()
    return f"{title}\n  here  {_shown(ours[near])}\n  there {_shown(theirs[near])}"


def _shown(text: bytes) -> str:
    return ascii(text.decode(errors="backslashreplace"))[1:-1]

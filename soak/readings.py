"""What a server uses of its machine at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PAGE = 1024
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """Of all processes of a server: memory in bytes, where pages that they share count once, and open descriptors; and
    the sizes of its files by what they are."""

    memory: int
    descriptors: int
    processes: tuple[int, ...]
    files: dict[str, int]

    @classmethod
    def of(cls, processes: Sequence[int], folder: Path) -> Reading:
        """The reading now, of a server whose files are in a folder."""
        return cls(
            memory=sum(map(_memory_of, processes)),
            descriptors=sum(len(list(Path(f"/proc/{each}/fd").iterdir())) for each in processes),
            processes=tuple(processes),
            files=_sizes_in(folder),
        )


def _memory_of(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * _PAGE


def _sizes_in(folder: Path) -> dict[str, int]:
    sizes = {"register": 0, "write-ahead log": 0, "journal": 0, "log": 0, "other": 0}
    for path in folder.rglob("*"):
        if path.is_file():
            sizes[_what_is(path.name)] += path.stat().st_size
    return sizes


def _what_is(name: str) -> str:
    if "-exchanges" in name:
        return "journal"
    if name.endswith("-wal"):
        return "write-ahead log"
    if name.endswith(".log"):
        return "log"
    return "register" if name.endswith(".db") else "other"


def in_mebibytes(size: float) -> str:
    """A size as a person reads it."""
    return f"{size / _MEBIBYTE:,.1f} MiB"

"""What the bench is about in one table: what was measured, and what it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure, and the least or most that it should be; neither if it is only shown. `unit` is empty for a ratio."""

    what: str
    measured: float
    least: float | None = None
    most: float | None = None
    unit: str = ""

    def is_reached(self) -> bool:
        """Whether the figure is what it should be, in the two decimals that are printed."""
        measured = round(self.measured, 2)
        return (self.least is None or measured >= self.least) and (self.most is None or measured <= self.most)

    def wanted(self) -> str:
        """Return the aim in a few characters, such as ≥ 0.95."""
        if self.least is not None:
            return f"≥ {self.least:.2f}"
        return "" if self.most is None else f"≤ {self.most:.2f}"


def print_aims(aims: Sequence[Aim]) -> None:
    """Print the table; the last column marks what is not reached."""
    print("\nAims; ratios where no unit is given")
    print(f"{'':<56}{'measured':>10}{'aim':>12}")
    for aim in aims:
        what = f"{aim.what}, {aim.unit}" if aim.unit else aim.what
        line = f"{what:<56}{aim.measured:>10.2f}{aim.wanted():>12}{'' if aim.is_reached() else '  missed'}"
        print(line.rstrip())

"""Moments as the register keeps them: text in UTC, `YYYY-MM-DDTHH:MM:SSZ`, which sorts by time."""

from __future__ import annotations

from datetime import datetime, timezone


def kept(moment: datetime) -> str:
    """An aware moment as it is kept."""
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """The aware moment that is kept as `text`."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))

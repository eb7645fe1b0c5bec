"""An exchange of the journal in a few words, for lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST_SENTENCES = 3


def why(exchange: Mapping[str, Any]) -> str:
    """What decided, in a few words. `exchange` is a JSON object of the journal."""
    said = [reason["said"] for reason in exchange["reasons"]] + exchange["findings"]
    if exchange["scenario"]:
        said.insert(0, f"scenario {exchange['scenario']}")
    more = ["..."] if len(said) > _MOST_SENTENCES else []
    return "; ".join(said[:_MOST_SENTENCES] + more)

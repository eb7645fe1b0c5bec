"""lrs-soap in other people's tests: a pytest plugin with the fixtures `lrs` and `lrs_server`. See docs/testing.md.

pytest imports this package in every run, so it imports nothing until it is asked for a name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lrs_soap.control.client import ControlFailed
    from lrs_soap.testing.lrs import Lrs, Scenario, Snapshot, WorldClock
    from lrs_soap.testing.lrs_server import LrsServer, ServerUnavailable

__all__ = ["ControlFailed", "Lrs", "LrsServer", "Scenario", "ServerUnavailable", "Snapshot", "WorldClock"]

_HOMES = {
    "ControlFailed": "lrs_soap.control.client",
    "LrsServer": "lrs_soap.testing.lrs_server",
    "ServerUnavailable": "lrs_soap.testing.lrs_server",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "lrs_soap.testing.lrs")), name)

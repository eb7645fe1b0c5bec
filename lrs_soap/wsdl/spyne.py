"""Spyne's names: every other module takes them from here.

Spyne 2.14 cannot be imported on Python 3.12 and later as it is, because the `six` that it bundles has no `find_spec`.
This module answers `spyne.util.six.moves.…` with what the `six` package has under the same name, and then imports it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = [
    "Boolean",
    "ByteArray",
    "ComplexModel",
    "DateTime",
    "Integer32",
    "Integer64",
    "MethodDescriptor",
    "Service",
    "Unicode",
    "rpc",
]

_BUNDLED = "spyne.util.six"


class _Moves(MetaPathFinder, Loader):
    """Finds the modules that Spyne's own `six` cannot find."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname.startswith(f"{_BUNDLED}.moves") else None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        sys.modules[name] = importlib.import_module("six" + name.removeprefix(_BUNDLED))


sys.meta_path.insert(0, _Moves())

from spyne import (  # noqa: E402  (only importable from here on)
    Boolean,
    ByteArray,
    ComplexModel,
    DateTime,
    Integer32,
    Integer64,
    MethodDescriptor,
    Service,
    Unicode,
    rpc,
)

"""Lets Spyne 2.14 be imported on Python 3.12 and later: its bundled `six` has no `find_spec`.

Import this before anything of Spyne.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_BUNDLED = "spyne.util.six"


class _Moves(MetaPathFinder, Loader):
    """Answers `spyne.util.six.moves.…` with what the `six` package has under the same name."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname.startswith(f"{_BUNDLED}.moves") else None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        sys.modules[name] = importlib.import_module("six" + name.removeprefix(_BUNDLED))


if not any(isinstance(finder, _Moves) for finder in sys.meta_path):
    sys.meta_path.insert(0, _Moves())

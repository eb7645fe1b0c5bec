"""The contract's own documents, which are not part of the project: a folder that `LRS_SHARED` names.

It has the live service's WSDLs and the older contract's schemas (`contract/`), and what compares ours with them
(`tools/`). Without the variable, tests that need them are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "LRS_SHARED"

_named = os.environ.get(VARIABLE)
FOLDER = Path(_named).resolve() if _named else None

needs_documents = pytest.mark.skipif(FOLDER is None, reason=f"{VARIABLE} names no folder with the contract's documents")


def document(*path: str) -> Path:
    """Return a path, as in `document("contract", "LearnerService.wsdl")`. Skips the test if it is not there."""
    if FOLDER is None:
        pytest.skip(str(needs_documents.kwargs["reason"]))
    return FOLDER.joinpath(*path)

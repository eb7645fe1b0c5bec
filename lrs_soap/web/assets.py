"""The files that pages need: the style sheet, and the scripts of what does not work without one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent

TEMPLATES = _FOLDER / "templates"
"""The folder with the macros that all pages share."""

_SCRIPT = "text/javascript; charset=utf-8"
_TYPES = {"style.css": "text/css; charset=utf-8", "copy.js": _SCRIPT, "live.js": _SCRIPT}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: its bytes, its media type, and a version that is another one if the bytes are."""

    content: bytes
    media_type: str
    version: str


@cache
def asset(name: str) -> Asset | None:
    """The file with this name; None if there is none. It is read once."""
    media_type = _TYPES.get(name)
    if media_type is None:
        return None
    content = (_FOLDER / name).read_bytes()
    return Asset(content, media_type, hashlib.sha256(content).hexdigest()[:12])

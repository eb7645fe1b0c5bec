"""The file with the token of the control interface, which the server and its clients read."""

from __future__ import annotations

import re
from pathlib import Path

from lrs_soap.errors import InvalidSetting

_TOKEN = re.compile("[!-~]+")


def token_in(path: Path) -> str:
    """The token in a file. Raises InvalidSetting where the file cannot be read, or has something else than a token."""
    try:
        token = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InvalidSetting(f"The token in {path} cannot be read: {reason}.") from None
    if not _TOKEN.fullmatch(token):
        raise InvalidSetting(f"The file {path} has to have one line: a token of ASCII characters without spaces.")
    return token

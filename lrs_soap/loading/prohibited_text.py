"""The list of prohibited text: that which ships with lrs-soap, or a file of the operator's in its place.

A file is text in UTF-8, one entry a line, of two kinds: `word NAME` and `postcode LS1 1AA`. Blank lines, and those that
begin with #, say nothing.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from lrs_soap.errors import InvalidSetting
from lrs_soap.rules.learners.prohibited_text import ProhibitedText, words_of
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.quotation import shortened

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_POSTCODE_KEY = re.compile("[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}|BFPO[0-9]{1,4}")


def read(path: Path | None) -> ProhibitedText:
    """The list in the file at `path`; without one, that which ships.

    Raises InvalidSetting for a file that cannot be read, and, with the line's number, for one that is no such list.
    """
    if path is None:
        return parse((files("lrs_soap.loading.data") / "prohibited.txt").read_bytes(), "that ships")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidSetting(f"The list of prohibited text {path} cannot be read: {error.strerror}.") from None
    return parse(content, str(path))


def parse(content: bytes, name: str) -> ProhibitedText:
    """The list that is a file's `content`; `name` says in errors which file. Raises InvalidSetting."""
    words: set[str] = set()
    postcodes: set[str] = set()
    for number, line in enumerate(content.removeprefix(_BYTE_ORDER_MARK).splitlines(), 1):
        try:
            kind, value = _entry(line)
        except ValueError as error:
            raise InvalidSetting(f"The list of prohibited text {name}, line {number}: {error}.") from None
        if kind == "word":
            words.add(value)
        elif kind == "postcode":
            postcodes.add(value)
    return ProhibitedText(frozenset(words), frozenset(postcodes))


def _entry(line: bytes) -> tuple[str, str]:
    """The kind of an entry and its key, both empty where the line says nothing. Raises ValueError, with the reason."""
    try:
        text = line.decode().strip()
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    if not text or text.startswith("#"):
        return "", ""
    kind, _, value = text.partition(" ")
    if kind == "word":
        keys = tuple(words_of(value))
        if len(keys) == 1:
            return kind, keys[0]
        raise ValueError(f"{shortened(value)!r} is not one word")
    if kind == "postcode":
        key = postcode.identity_key(value)
        if _POSTCODE_KEY.fullmatch(key):
            return kind, key
        raise ValueError(f"{shortened(value)!r} is not a postcode")
    raise ValueError(f"{shortened(text)!r} begins with neither 'word' nor 'postcode'")

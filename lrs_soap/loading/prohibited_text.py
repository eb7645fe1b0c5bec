"""The list of prohibited text: the one that ships with lrs-soap, or a file of the operator's instead.

A file is text in UTF-8 with one entry a line: `word NAME` or `postcode LS1 1AA`. Blank lines and lines that begin with
# are ignored.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from importlib.resources import files
from pathlib import Path

from lrs_soap.errors import InvalidSetting
from lrs_soap.rules.learners.prohibited_text import ProhibitedText, words_of
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.quotation import shortened

_POSTCODE_KEY = re.compile("[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}|BFPO[0-9]{1,4}")


def read(path: Path | None) -> ProhibitedText:
    """The list in the file at `path`, or the one that ships if that is None.

    Raises InvalidSetting if the file cannot be read, or if a line is wrong, with the line's number.
    """
    if path is None:
        return parse((files("lrs_soap.loading.data") / "prohibited.txt").read_bytes(), "that ships")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidSetting(f"The list of prohibited text {path} cannot be read: {error.strerror}.") from None
    return parse(content, str(path))


def parse(content: bytes, name: str) -> ProhibitedText:
    """The list in a file's `content`. Messages call the file `name`. Raises InvalidSetting."""
    words: set[str] = set()
    postcodes: set[str] = set()
    for number, line in enumerate(content.removeprefix(BOM_UTF8).splitlines(), 1):
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
    """The kind of an entry and its key, both empty for a line without entry. Raises ValueError with the reason."""
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

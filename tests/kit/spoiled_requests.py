"""Valid requests of every operation, and what chance makes of them."""

from __future__ import annotations

import random
from collections.abc import Callable

from lxml import etree

from tests.kit.every_operation import DECLARED, LEARNER, OPERATIONS, TEST
from tests.kit.soap_messages import XSI, envelope

PIECES = (
    *(
        "<",
        ">",
        "/",
        "&",
        "'",
        '"',
        "=",
        " ",
        "\n",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<?x?>",
        "&amp;",
        "&#0;",
        "&#x1E;",
    ),
    *("&x;", "<a/>", "<ULN/>", "<Learner>", "</Learner>", "<b>x</b>", "<!DOCTYPE x>", 'xmlns=""', 'xmlns:x="urn:x"'),
    *(f'xmlns:i="{XSI}" i:nil="true"', f'xmlns:i="{XSI}" i:nil="maybe"', f'xmlns:i="{XSI}" i:type="x:y"', "i:nil='1'"),
    *(
        "\N{NO-BREAK SPACE}",
        "é",
        "e\u0301",
        "😀",
        "ß",
        "İ",
        "\u200b",
        "\ufeff",
        "\ufffd",
        "\u2028",
        "١٢٣",
        "O’Hara",
        "ﬁ",
    ),
    *("'; DROP TABLE learners; --", "%s%n", "{0}", "${jndi:ldap://x}", "../../etc/passwd", "\\", "%00", "null", "NaN"),
    *(
        "-1",
        "0",
        "2147483648",
        "9999999999",
        "1e9",
        "0001-01-01",
        "9999-12-31",
        "2023-02-29",
        "",
        "x" * 300,
        "9" * 5000,
    ),
)


def requests() -> dict[str, str]:
    """A valid request of each operation."""
    made = {}
    for name, declared in DECLARED.items():
        tag = etree.QName(declared.request_tag)
        prefix = "m:" if name in LEARNER else ""
        declaration = f'xmlns{":m" if prefix else ""}="{tag.namespace}"'
        made[name] = envelope(
            f"<{prefix}{tag.localname} {declaration}>{OPERATIONS[name](TEST)}</{prefix}{tag.localname}>"
        )
    return made


def _places(text: str, what: str) -> list[int]:
    return [place for place in range(len(text)) if text.startswith(what, place)]


def _insert(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chance.choice(PIECES) + text[place:]


def _drop(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + text[place + chance.choice((1, 1, 2, 5, 40)) :]


def _value(text: str, chance: random.Random) -> str:
    """Put something in the place of a value."""
    place = chance.choice(_places(text, "</"))
    start = text.rfind(">", 0, place) + 1
    value = chance.choice(PIECES)
    return text[:start] + value.replace("&", "&amp;").replace("<", "&lt;") + text[place:]


def _in_tag(text: str, chance: random.Random) -> str:
    place = chance.choice([at for at in _places(text, ">") if text[at - 1] != "?"])
    return f"{text[:place]} {chance.choice(PIECES)}{text[place:]}"


def _between(text: str, chance: random.Random) -> str:
    place = chance.choice(_places(text, "<"))
    return text[:place] + chance.choice(PIECES) + text[place:]


def _repeat(text: str, chance: random.Random) -> str:
    """Repeat a piece from one tag to another."""
    tags = _places(text, "<")
    first, last = sorted(chance.sample(tags, 2))
    times = chance.choice((2, 2, 3, 50))
    return text[:first] + text[first:last] * times + text[last:]


def _remove(text: str, chance: random.Random) -> str:
    """Remove a piece from one tag to the next or a later one."""
    tags = _places(text, "<")
    first = chance.randrange(len(tags) - 1)
    return text[: tags[first]] + text[tags[min(first + chance.choice((1, 2, 2, 4)), len(tags) - 1)] :]


def _rename(text: str, chance: random.Random) -> str:
    place = chance.choice(_places(text, "<")) + 1
    return text[:place] + chance.choice(("x", "m:", "f:", "soapenv:", "X", "é")) + text[place:]


CHANGES: tuple[Callable[[str, random.Random], str], ...] = (
    *(_insert, _drop, _value, _value, _value, _in_tag, _between, _repeat, _remove, _rename),
)
ENCODINGS = ("utf-8",) * 8 + ("utf-8-sig", "utf-16", "latin-1", "cp1252")


def spoiled(text: str, chance: random.Random) -> bytes:
    """The request with some changes, in some encoding, and maybe with some bytes that fit none."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        if text.count("<") > 2 and text.count(">") > 2 and "</" in text:
            text = chance.choice(CHANGES)(text, chance)
    raw = text.encode(chance.choice(ENCODINGS), errors="replace")
    if chance.random() < 0.05:
        place = chance.randrange(len(raw))
        raw = raw[:place] + chance.choice((b"\xff", b"\0", b"\xc0\xaf", b"\xed\xa0\x80", b"\x80")) + raw[place:]
    return raw

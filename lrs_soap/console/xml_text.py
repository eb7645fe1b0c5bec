"""XML as a person reads it: each element on a line of its own, and everything else as it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator

_INDENT = "  "
# Nobody reads deeper ones, and indenting each by its depth would make the text as long as the depth's square.
_DEEPEST = 30
# What does not end goes on to the end, so that nothing is looked for twice. The last one is what no XML has.
_TOKEN = re.compile(
    r"""<!\[CDATA\[.*?(?:\]\]>|\Z) | <!--.*?(?:-->|\Z) | <\?.*?(?:\?>|\Z)
    | <(?:[^<>"']|"[^"]*"|'[^']*')*> | [^<]+ | <""",
    re.DOTALL | re.VERBOSE,
)


def formatted(text: str) -> str:
    """The text with its elements on lines of their own, indented. It need not be whole, nor be XML at all."""
    return "\n".join(_lines(_TOKEN.findall(text)))


def _lines(tokens: list[str]) -> Iterator[str]:
    depth, place = 0, 0
    while place < len(tokens):
        token = tokens[place]
        place += 1
        if _is_tag(token) and token.startswith("</"):
            depth = max(0, depth - 1)
            yield _line(token, depth)
        elif _is_tag(token) and not token.endswith("/>"):
            end = _end_of_leaf(tokens, place)
            yield _line("".join((token, *tokens[place:end])), depth)
            depth += end == place
            place = end
        elif not token.isspace():
            yield _line(token.strip(), depth)


def _end_of_leaf(tokens: list[str], place: int) -> int:
    """The place behind the end tag of an element whose content begins here, if it has nothing but text; else here."""
    end = place
    while end < len(tokens) and (not tokens[end].startswith("<") or tokens[end].startswith("<![CDATA[")):
        end += 1
    return end + 1 if end < len(tokens) and tokens[end].startswith("</") else place


def _is_tag(token: str) -> bool:
    return token.startswith("<") and token.endswith(">") and not token.startswith(("<!", "<?"))


def _line(text: str, depth: int) -> str:
    return f"{_INDENT * min(depth, _DEEPEST)}{text}"

"""XML elements that can be changed before they are written, even into XML that no client library writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr


@dataclass(slots=True)
class Element:
    """An element to write. A piece of text is markup and is written unchanged."""

    name: str
    pieces: list[Element | str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def children(self) -> list[Element]:
        return [piece for piece in self.pieces if isinstance(piece, Element)]

    def inside(self) -> Iterator[tuple[Element, Element]]:
        """Every element inside this one, each after its parent."""
        for child in self.children:
            yield self, child
            yield from child.inside()

    def __str__(self) -> str:
        start = self.name + "".join(f" {name}={quoteattr(value)}" for name, value in self.attributes.items())
        return f"<{start}>{''.join(map(str, self.pieces))}</{self.name}>" if self.pieces else f"<{start}/>"


def text_element(name: str, value: str) -> Element:
    """An element with a text, which is escaped."""
    return Element(name, [escape(value)] if value else [])

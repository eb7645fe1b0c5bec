"""XML as a person reads it, whatever it is."""

from __future__ import annotations

import re
import time

import pytest

from lrs_soap.console.xml_text import formatted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<a><b>1</b><b/></a>", ["<a>", "  <b>1</b>", "  <b/>", "</a>"]),
        ("<a>\n  <b>1</b>\n</a>\n", ["<a>", "  <b>1</b>", "</a>"]),
        # What stands in an element stays as it was sent.
        ("<a> 1 &amp; 2 </a>", ["<a> 1 &amp; 2 </a>"]),
        ("<a><![CDATA[<b> > ]]></a>", ["<a><![CDATA[<b> > ]]></a>"]),
        ("<n:a x='>' y=\"</n:a>\"><b></b></n:a>", ["<n:a x='>' y=\"</n:a>\">", "  <b></b>", "</n:a>"]),
        ('<?xml version="1.0"?><!-- <b> --><a/>', ['<?xml version="1.0"?>', "<!-- <b> -->", "<a/>"]),
        ("<a>1<b/>2</a>", ["<a>", "  1", "  <b/>", "  2", "</a>"]),
        # What was cut, and what is no XML.
        ("<a><b>1", ["<a>", "  <b>", "    1"]),
        ("<a><b", ["<a>", "  <", "  b"]),
        ("</a></b>", ["</a>", "</b>"]),
        ("service unavailable", ["service unavailable"]),
        ("", []),
    ],
)
def test_each_element_has_a_line(text: str, shown: list[str]) -> None:
    assert formatted(text).splitlines() == shown


@pytest.mark.parametrize("part", ["<a>", "<", "<'", '<"<', "<a '", "<!--", "<![CDATA[", "<?", "&", "]]>"])
def test_the_longest_body_is_shown_soon_and_not_much_longer(part: str) -> None:
    text = part * (65536 // len(part))
    begun = time.process_time()
    shown = formatted(text)

    assert time.process_time() - begun < 20
    assert len(shown) < 50 * len(text)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)

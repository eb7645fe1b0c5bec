"""Opening an envelope: whatever the bytes are, there is a call in them or a sentence about why there is not."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.wsdl.envelope import NotACall, UnknownCharset, open_envelope
from tests.kit.soap_messages import envelope, find_by_uln

CALL = envelope(find_by_uln()).encode()
CHARSETS = [None, "utf-8", "utf-16", "utf-16-le", "utf-32", "iso-8859-1", "us-ascii", "windows-1252", "foo", "", "\0"]
MARKS = [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE]

PIECES = st.sampled_from(
    [
        *(
            b"<",
            b">",
            b"/",
            b"&",
            b";",
            b"\0",
            b"\xff",
            b"<!DOCTYPE x>",
            b"<!--",
            b"-->",
            b"<?",
            b"?>",
            b"]]>",
            b"<a/>",
        ),
        *(b"<?xml version='1.0' encoding='", b"utf-16", b"foo", b"'?>", b"<![CDATA[", b"xmlns=''", b"\r\n", b" ", CALL),
    ]
)


def outcome(raw: bytes, charset: str | None) -> str:
    """The local name of the child, or the fault's code; anything that is neither is raised."""
    try:
        return str(open_envelope(raw, charset).tag)
    except NotACall as error:
        return error.fault
    except UnknownCharset:
        return "415"


@given(st.binary(max_size=40) | st.lists(PIECES, max_size=8).map(b"".join), st.sampled_from(CHARSETS))
def test_no_bytes_lead_to_another_exception(raw: bytes, charset: str | None) -> None:
    outcome(raw, charset)


@given(st.sampled_from(MARKS), st.sampled_from(CHARSETS), st.integers(0, len(CALL)), st.binary(min_size=1, max_size=3))
def test_no_change_to_a_call_leads_to_another_exception(mark: bytes, charset: str | None, at: int, put: bytes) -> None:
    outcome(mark + CALL[:at] + put + CALL[at:], charset)


# What may stand before a document type declaration, tricky ones included.
MISC = st.sampled_from(
    ["\n", " ", "\t", "<!-- x -->", "<!-->x-->", "<!--->x-->", "<!--<!DOCTYPE-->", "<?a b?>", "<?a >?>", "<?a?b?>"]
)


@given(
    st.sampled_from(["", '<?xml version="1.0"?>']),
    st.lists(MISC, max_size=4).map("".join),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
)
def test_a_document_type_declaration_is_refused_wherever_it_may_stand(
    declaration: str, misc: str, encoding: str
) -> None:
    text = f'{declaration}{misc}<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>{CALL.decode()}'
    charset = encoding.removesuffix("-sig")

    assert outcome(text.encode(encoding), charset) == "Client"


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>'
NINE_ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16": b"",
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": b"",
    "iso-8859-1": b"",
    "windows-1252": b"",
    "koi8-r": b"",
}


@pytest.mark.parametrize("encoding", NINE_ENCODINGS)
@pytest.mark.parametrize("is_declared", [True, False])
def test_a_document_type_declaration_is_refused_in_nine_encodings(encoding: str, is_declared: bool) -> None:
    declaration = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    text = f"{declaration}{BOMB}{CALL.decode().replace('Grace', '&b;')}"
    charset = None if encoding == "utf-8-sig" else encoding

    with pytest.raises(NotACall, match="document type declaration"):
        open_envelope(NINE_ENCODINGS[encoding] + text.encode(encoding), charset if is_declared else _charset(encoding))


def _charset(encoding: str) -> str | None:
    """What the header has to say where the bytes do not say it themselves."""
    return "utf-32-le" if encoding.startswith("utf-32") else None


@pytest.mark.parametrize("encoding", ["utf-7", "cp037", "cp500", "cp1026", "hz", "iso2022_jp", "punycode", "base64"])
@pytest.mark.parametrize("is_in_the_header", [True, False])
def test_an_encoding_that_could_hide_a_declaration_is_not_read(encoding: str, is_in_the_header: bool) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{BOMB}{CALL.decode()}'
    is_text = encoding not in ("punycode", "base64")
    raw = text.encode(encoding) if is_text else text.encode()

    # EBCDIC's own bytes are no XML, whatever they declare.
    assert outcome(raw, encoding if is_in_the_header else None) in ("415", "Client")


@pytest.mark.parametrize("before", ["<!-- <!DOCTYPE x> -->", "<?x <!DOCTYPE x>?>", ""])
def test_what_only_looks_like_one_is_not_refused(before: str) -> None:
    text = before + CALL.decode().replace("Okafor", "<![CDATA[<!DOCTYPE x>]]>")

    assert outcome(text.encode(), None).endswith("}FindLearnerByULN")


def test_what_the_parser_quotes_of_the_request_is_not_for_the_log() -> None:
    with pytest.raises(NotACall) as caught:
        open_envelope(CALL.replace(b"CompatSitePass01", b"Pass&Word5ecret;"), "utf-8")

    assert "Word5ecret" in caught.value.sentence
    assert "Word5ecret" not in caught.value.loggable
    assert "line 1, column" in caught.value.loggable

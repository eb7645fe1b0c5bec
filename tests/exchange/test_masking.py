"""What is kept of requests and answers: no secret, however it is written, and not too much."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.exchange.masking import Masked, first_line, with_password
from tests.kit.soap_messages import envelope, find_by_uln

SECRET = "S3cret&Pass<'1\""
XML = escape(SECRET, {'"': "&quot;"})

# A request, and what has to be left of it.
MASKED: list[tuple[str, str]] = [
    (f"<OrgPassword>{XML}</OrgPassword>", "<OrgPassword>***</OrgPassword>"),
    (f"<a:OrgPassword x='1'>{XML}</a:OrgPassword>", "<a:OrgPassword x='1'>***</a:OrgPassword>"),
    (f"<orgpassword>{XML}</orgpassword>", "<orgpassword>***</orgpassword>"),
    (f"<Password>\n{XML}\n</Password >", "<Password>***</Password >"),
    (f"<P><Password><![CDATA[{SECRET}]]></Password></P>", "<P><Password>***</Password></P>"),
    (f"<Password><!-- {XML} --><b>{XML}</b></Password>", "<Password>***</Password>"),
    (f'<a Password = "{XML}" b="c"/>', '<a Password = "***" b="c"/>'),
    (f"<SecurityAnswer>{XML}</SecurityAnswer>", "<SecurityAnswer>***</SecurityAnswer>"),
    (
        f"<NewPassword>{XML}</NewPassword><UserName>{XML}</UserName>",
        "<NewPassword>***</NewPassword><UserName>***</UserName>",
    ),
    (f"<UserName>{XML}</UserName><Password>{XML}</Password>", "<UserName>***</UserName><Password>***</Password>"),
    ("<Password>ab</Password><Name>abacus</Name>", "<Password>***</Password><Name>abacus</Name>"),
    ("<Password/><Name>Password</Name>", "<Password/><Name>Password</Name>"),
    (f"<Password>{XML}", "<Password>***"),
]


@pytest.mark.parametrize(("request_", "left"), MASKED)
def test_what_is_called_after_a_secret_is_struck_out(request_: str, left: str) -> None:
    assert Masked(request_.encode()).request.decode() == left


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_in_two_bytes_a_character_too(encoding: str) -> None:
    masked = Masked(f"<Password>{XML}</Password><Name>Zoë</Name>".encode(encoding))

    assert masked.request.decode(encoding) == "<Password>***</Password><Name>Zoë</Name>"


@pytest.mark.parametrize("request_", ["<Name>Zoë</Name>".encode("utf-16"), b"\0\xff", b"<a>\0\xe9</a>", b"\xff\xfe\0"])
def test_without_a_secret_two_bytes_a_character_and_what_looks_like_it_stay_as_they_are(request_: bytes) -> None:
    masked = Masked(request_)

    assert masked.request == request_
    assert masked.without(b"<Name>Zo</Name>") == b"<Name>Zo</Name>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_a_password_is_put_in_where_one_was_struck_out(encoding: str) -> None:
    sent = f"<a><OrgPassword>{XML}</OrgPassword><b>é</b></a>".encode(encoding)
    kept = Masked(sent).request

    assert kept != sent
    assert with_password(kept, XML) == sent
    # Nobody knows what else it was.
    assert with_password(Masked(f"<a><Password>{XML}</Password><b>{XML}</b></a>".encode(encoding)).request, "x") is None


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    assert Masked(b"\xff<Password>x</Password>\xfe").request == b"\xff<Password>***</Password>\xfe"


# Without letters that names of elements have.
SECRETS = st.text("0123456789 &<>\"'\\;#é☃😀", min_size=4, max_size=16).filter(lambda text: text.strip() == text)


@given(SECRETS)
def test_no_secret_stands_anywhere_else(secret: str) -> None:
    sent = escape(secret, {'"': "&quot;"}).encode("utf-8", "replace")
    masked = Masked(b"<Password>" + sent + b"</Password><Name>" + sent + b"</Name>")

    assert masked.request == b"<Password>***</Password><Name>***</Name>"
    assert sent not in masked.without(b"<Details>" + sent + b"</Details>")


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_whatever_is_sent_can_be_kept(before: bytes, behind: bytes) -> None:
    for request in (before, before + b"<Password>S3cret</Password>" + behind):
        masked = Masked(request)
        assert b"S3cret" not in masked.without(masked.request)


def test_a_call_is_kept_but_for_its_password() -> None:
    call = envelope(find_by_uln())

    assert Masked(call.encode()).request.decode() == call.replace("CompatSitePass01", "***")


@pytest.mark.parametrize(
    ("request_", "kept"),
    [
        (b"<?xml version='1.0'?>\n<a", b"<?xml version='1.0'?>"),
        (b"\n\n<a><b\n<c", b"<a><b"),
        (b"<a><OrgPassword CompatSitePass01</a>", b"<a><Org"),
        (b"", b""),
        (b"x" * 1000, b"x" * 200),
        ("<a".encode("utf-16"), b"<a"),
        (b"\0<a><OrgPassword>CompatSitePass01</a>", b"\0<a><Org".decode("utf-16-be", "replace").encode()),
    ],
)
def test_of_what_cannot_be_parsed_the_first_line_is_kept_up_to_a_secret(request_: bytes, kept: bytes) -> None:
    assert first_line(request_) == kept

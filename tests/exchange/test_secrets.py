"""Passwords are found in whatever was sent, and struck out of what is kept of it."""

from __future__ import annotations

import time

import pytest

from lrs_soap.exchange.secrets import passwords_in, strike_out

SECRET = "Compat&Site<Pas'"
ESCAPED = "Compat&amp;Site&lt;Pas'"


@pytest.mark.parametrize(
    "request_",
    [
        f"<OrgPassword>{ESCAPED}</OrgPassword>",
        f"<c:Password>{ESCAPED}</c:Password>",
        f'<Password xmlns="urn:x">{ESCAPED}</Password >',
        f"<OrgPassword>\n{ESCAPED}\n",
        f"<OrgPassword>{ESCAPED}<b/></OrgPassword>",
        f"<OrgPassword><![CDATA[{SECRET}]]></OrgPassword>",
        "<OrgPassword>Compat<!-- x -->&amp;Site<?x y?><![CDATA[<Pas]]>'</OrgPassword>",
        f"not XML & <OrgPassword>{ESCAPED}</OrgPassword>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_a_password_is_found_however_it_was_written(request_: str, encoding: str) -> None:
    assert passwords_in(request_.encode(encoding)) == (SECRET,)


@pytest.mark.parametrize(
    "request_", ["", "<OrgPassword/>", "<OrgPassword>abc</OrgPassword>", "<Pass>CompatSite</Pass>"]
)
def test_what_is_none_is_not_found(request_: str) -> None:
    assert passwords_in(request_.encode()) == ()


def test_of_two_passwords_the_longer_one_is_struck_out_first() -> None:
    secrets = passwords_in(b"<OrgPassword>Compat</OrgPassword><OrgPassword>CompatSitePass01</OrgPassword>")

    assert secrets == ("CompatSitePass01", "Compat")
    assert strike_out("a CompatSitePass01 and a Compat", secrets) == "a *** and a ***"


@pytest.mark.parametrize(
    "request_",
    [
        b"<OrgPassword>" * 600_000,
        b"<OrgPassword>" + b"<![CDATA[" * 800_000,
        b"<OrgPassword>" + b"<!--" * 1_500_000,
        b"<OrgPassword " * 600_000,
        b"<OrgPassword>" + b"x" * 8_000_000,
        b"<OrgPassword>" + b"<!---->" * 1_000_000,
    ],
)
def test_the_largest_request_is_searched_in_time(request_: bytes) -> None:
    began = time.process_time()
    passwords_in(request_)

    assert time.process_time() - began < 5

"""From bytes to the body's one child: charsets, envelopes, headers, and what is not a call."""

from __future__ import annotations

import codecs

import pytest

from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import FIND, LEARNER_SERVICE_R9, SOAP, XSI, Answer, envelope, find_by_uln, post

ADDRESSING = "http://schemas.microsoft.com/ws/2005/05/addressing/none"
CALL = envelope(find_by_uln())
OF_ZOE = envelope(find_by_uln(ULN="6382750203", GivenName="Zoë-Marie", FamilyName="Núñez-O’Hara"))
IN_LATIN_1 = OF_ZOE.replace("’", "'")


def is_served(answer: Answer) -> bool:
    return (answer.status, answer.text("ResponseCode")) == (200, "WSRC0004")


def is_client_fault(answer: Answer, *words: str) -> bool:
    """Whether the answer is SOAP's own Client fault, its sentence one and with the words."""
    sentence = answer.text("faultstring") or ""
    return (
        answer.status == 500
        and answer.text("faultcode") == "soapenv:Client"
        and answer.text("detail") is None
        and sentence.endswith(".")
        and all(word in sentence for word in words)
    )


def content_type(charset: str) -> dict[str, str]:
    return {"Content-Type": f"text/xml{charset}"}


# Charset: the mark, then the header, then the declaration


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("", OF_ZOE.encode()),
        ("; charset=utf-8", OF_ZOE.encode()),
        ('; charset="UTF-8"', OF_ZOE.encode()),
        ("; charset='utf-8'", OF_ZOE.encode()),
        ("; Charset=Utf8", OF_ZOE.encode()),
        ('; action=""; charset=utf-8', OF_ZOE.encode()),
        ("; charset=", OF_ZOE.encode()),
        ("; charset=utf-8", codecs.BOM_UTF8 + OF_ZOE.encode()),
        ("", codecs.BOM_UTF8 + OF_ZOE.encode()),
        ("; charset=iso-8859-1", codecs.BOM_UTF8 + OF_ZOE.encode()),
        ("; charset=utf-16", OF_ZOE.encode("utf-16")),
        ("; charset=utf-16", codecs.BOM_UTF16_BE + OF_ZOE.encode("utf-16-be")),
        ("; charset=utf-8", OF_ZOE.encode("utf-16")),
        ("", OF_ZOE.encode("utf-16")),
        ("; charset=utf-16", OF_ZOE.encode("utf-16-le")),
        ("; charset=utf-16", OF_ZOE.encode("utf-16-be")),
        ("; charset=utf-16le", OF_ZOE.encode("utf-16-le")),
        ("; charset=utf-16BE", OF_ZOE.encode("utf-16-be")),
        ("", OF_ZOE.encode("utf-16-le")),
        ("", f'<?xml version="1.0" encoding="utf-16"?>{OF_ZOE}'.encode("utf-16")),
        ("; charset=utf-16", f'<?xml version="1.0" encoding="utf-8"?>{OF_ZOE}'.encode("utf-16")),
        ("; charset=iso-8859-1", IN_LATIN_1.encode("latin-1")),
        ("; charset=ISO-8859-1", f'<?xml version="1.0" encoding="utf-8"?>{IN_LATIN_1}'.encode("latin-1")),
        ("; charset=windows-1252", OF_ZOE.encode("cp1252")),
        ("; charset=us-ascii", CALL.encode("ascii")),
        ("", f'<?xml version="1.0" encoding="iso-8859-1"?>{IN_LATIN_1}'.encode("latin-1")),
        ("; charset=utf-8", f'<?xml version="1.0" encoding="iso-8859-1"?>{OF_ZOE}'.encode()),
        # As .NET's StringWriter declares any text.
        ("; charset=utf-8", f'<?xml version="1.0" encoding="utf-16"?>{OF_ZOE}'.encode()),
        ("", codecs.BOM_UTF8 + f'<?xml version="1.0" encoding="utf-16"?>{OF_ZOE}'.encode()),
    ],
)
def test_the_mark_wins_over_the_header_and_the_header_over_the_declaration(
    server: RunningServer, charset: str, body: bytes
) -> None:
    assert is_served(post(server.url, body, headers=content_type(charset)))


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("; charset=utf-8", IN_LATIN_1.encode("latin-1")),
        ("", IN_LATIN_1.encode("latin-1")),
        ("; charset=utf-8", CALL.encode() + b"\xff"),
        ("; charset=utf-8", CALL.encode().replace(b"Grace", b"Gr\xffce")),
        ("; charset=utf-8", CALL.encode().replace(b"Grace", b"Gr\xc0\xafce")),
        ("; charset=utf-8", CALL.encode().replace(b"Grace", b"Gr\xed\xa0\x80ce")),
        ("; charset=utf-8", CALL.encode("utf-16-le")),
        ("; charset=utf-16", CALL.encode("utf-16") + b"\x00"),
        ("; charset=utf-16", CALL.encode("utf-16-le").replace("Grace".encode("utf-16-le"), b"\x00\xd8")),
        ("; charset=us-ascii", OF_ZOE.encode()),
        ("; charset=utf-16", CALL.encode()),
        ("", f'<?xml version="1.0" encoding="utf-16"?>{CALL}'.encode()),
        ("", f"<?xml version='1.0' encoding='UTF-16LE'?>{OF_ZOE}".encode()),
        ("", f'<?xml version="1.0" encoding="utf-32"?>{CALL}'.encode()),
    ],
)
def test_bytes_that_are_not_in_their_charset_are_a_client_fault(
    server: RunningServer, charset: str, body: bytes
) -> None:
    assert is_client_fault(post(server.url, body, headers=content_type(charset)))


@pytest.mark.parametrize(
    "charset", ["foo", "punycode", "idna", "base64", "rot13", "utf-7", "unicode_escape", "hex", "x" * 900]
)
def test_an_unknown_charset_is_415(server: RunningServer, charset: str) -> None:
    answer = post(server.url, CALL, headers=content_type(f"; charset={charset}"))

    assert answer.status == 415
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.body.endswith(b"is not known.\n")


def test_an_unknown_charset_in_the_declaration_is_415(server: RunningServer) -> None:
    answer = post(server.url, f'<?xml version="1.0" encoding="foo"?>{CALL}', headers=content_type(""))

    assert answer.status == 415


def test_a_mark_wins_over_an_unknown_charset(server: RunningServer) -> None:
    assert is_served(post(server.url, codecs.BOM_UTF8 + CALL.encode(), headers=content_type("; charset=foo")))


def test_words_that_look_like_a_dtd_are_words(server: RunningServer) -> None:
    answer = post(server.url, f"<!-- <!DOCTYPE x> -->{envelope(find_by_uln(FamilyName='<![CDATA[<!DOCTYPE x>]]>'))}")

    assert answer.text("FamilyName") == "<!DOCTYPE x>"


# Envelopes


@pytest.mark.parametrize("prefix", ["soapenv", "SOAP-ENV", "s", "soap", "a.b-c_1"])
def test_the_envelope_may_have_any_prefix(server: RunningServer, prefix: str) -> None:
    assert is_served(post(server.url, envelope(find_by_uln(), prefix=prefix)))


def test_the_envelope_may_be_in_a_default_namespace(server: RunningServer) -> None:
    operation = find_by_uln().replace("<f:FindLearnerByULN>", f'<f:FindLearnerByULN xmlns="" xmlns:f="{FIND}">')

    assert is_served(post(server.url, f'<Envelope xmlns="{SOAP}"><Body>{operation}</Body></Envelope>'))


def test_a_self_closing_operation_is_dispatched_and_lacks_everything(server: RunningServer) -> None:
    answer = post(server.url, envelope("<f:FindLearnerByULN/>"))

    assert answer.text("FurtherDetails") == (
        "cvc-complex-type.2.4.b: The content of element 'f:FindLearnerByULN' is not complete. "
        "One of '{FindType}' is expected."
    )


def test_comments_and_instructions_are_dropped_wherever_they_stand(server: RunningServer) -> None:
    body = f"<!--a--><?b c?>{CALL}<!--d-->".replace("<soapenv:Body>", "<?b?><soapenv:Body><!--e-->").replace(
        "</f:FindLearnerByULN>", "<?f?></f:FindLearnerByULN><!--g-->"
    )

    assert is_served(post(server.url, body))


@pytest.mark.parametrize(
    "value",
    ["41702<!--x-->65830", "41702<?x?>65830", "<!--x-->4170265830", "4170<![CDATA[265]]>830", "&#52;170265830"],
)
def test_a_value_is_joined_around_what_is_dropped(server: RunningServer, value: str) -> None:
    assert is_served(post(server.url, envelope(find_by_uln(ULN=value))))


def test_white_space_around_a_text_is_not_trimmed(server: RunningServer) -> None:
    answer = post(server.url, envelope(find_by_uln(ULN="\n4170265830\n")))

    assert (answer.text("FurtherDetails") or "").startswith("cvc-pattern-valid: Value '\n4170265830\n'")


def test_white_space_between_elements_is_nothing(server: RunningServer) -> None:
    body = CALL.replace("><", ">\r\n\t <")

    assert is_served(post(server.url, body))


@pytest.mark.parametrize(
    "soap_action", ['""', "", " ", '"', "urn:anything", '"http://tempuri.org/LearnerPortType/verifyLearner"']
)
def test_learner_service_goes_by_the_body_alone(server: RunningServer, soap_action: str) -> None:
    assert is_served(post(server.url, CALL, headers={"SOAPAction": soap_action}))


# Headers


@pytest.mark.parametrize(
    "entry",
    [
        '<x:Unknown xmlns:x="urn:x"/>',
        '<x:Unknown xmlns:x="urn:x" soapenv:mustUnderstand="0"/>',
        '<x:Unknown xmlns:x="urn:x" mustUnderstand="1"/>',
        '<x:Unknown xmlns:x="urn:x" soapenv:mustUnderstand="1" soapenv:actor="urn:somebody-else"/>',
        f'<Action soapenv:mustUnderstand="1" xmlns="{ADDRESSING}">urn:x</Action>'
        f'<To soapenv:mustUnderstand="1" xmlns="{ADDRESSING}">urn:x</To>',
        '<w:Security xmlns:w="urn:wsse"><w:Token soapenv:mustUnderstand="1"/></w:Security>',
        "",
    ],
)
def test_a_header_that_need_not_be_understood_is_ignored(server: RunningServer, entry: str) -> None:
    header = f"<soapenv:Header>{entry}</soapenv:Header>"

    assert is_served(post(server.url, envelope(find_by_uln(), header=header)))


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ('<x:Unknown xmlns:x="urn:x" soapenv:mustUnderstand="1"/>', "'Unknown' from the namespace 'urn:x'"),
        ('<Unknown soapenv:mustUnderstand="1"/>', "'Unknown' from the namespace ''"),
        (
            '<Action xmlns="http://www.w3.org/2005/08/addressing" soapenv:mustUnderstand="1"/>',
            "'Action' from the namespace 'http://www.w3.org/2005/08/addressing'",
        ),
        (
            f'<MessageID xmlns="{ADDRESSING}" soapenv:mustUnderstand="1"/>',
            f"'MessageID' from the namespace '{ADDRESSING}'",
        ),
        (
            '<x:Unknown xmlns:x="urn:x" soapenv:mustUnderstand="1" soapenv:actor="http://schemas.xmlsoap.org/soap/actor/next"/>',
            "'Unknown' from the namespace 'urn:x'",
        ),
        ('<a/><x:Second xmlns:x="urn:x" soapenv:mustUnderstand="1"/>', "'Second' from the namespace 'urn:x'"),
    ],
)
@pytest.mark.parametrize("path", ["/LearnerService.svc", LEARNER_SERVICE_R9])
def test_a_header_that_must_be_understood_and_is_not_is_named(
    server: RunningServer, path: str, entry: str, name: str
) -> None:
    header = f"<soapenv:Header>{entry}</soapenv:Header>"
    answer = post(server.url, envelope(find_by_uln(), header=header), path=path)

    prefix = "s" if path == LEARNER_SERVICE_R9 else "soapenv"
    assert answer.status == 500
    assert answer.text("faultcode") == f"{prefix}:MustUnderstand"
    assert answer.text("faultstring") == f"The header {name} was not understood."


# What is not a call

BODY = f'<soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:f="{FIND}"><soapenv:Body>{{}}</soapenv:Body></soapenv:Envelope>'
OPERATION = find_by_uln()
NOT_CALLS = {
    "nothing": ("", "no content"),
    "white space": (" \n ", "no content"),
    "no XML": ("ULN=4170265830", "not well-formed"),
    "JSON": ('{"ULN": "4170265830"}', "not well-formed"),
    "XML that is cut off": (CALL[:-5], "not well-formed"),
    "two roots": (CALL + CALL, "not well-formed"),
    "an unbound prefix": ("<a:b/>", "not"),
    "an undeclared entity": (CALL.replace("Grace", "&grace;"), "not well-formed"),
    "a bare ampersand": (CALL.replace("Grace", "Grace & Co"), "not well-formed"),
    "no SOAP": ("<html/>", "not a SOAP envelope"),
    "the operation alone": (f'<f:FindLearnerByULN xmlns:f="{FIND}"/>', "not a SOAP envelope"),
    "an envelope in no namespace": (
        f"<Envelope><Body>{OPERATION.replace('f:', '')}</Body></Envelope>",
        "not a SOAP envelope",
    ),
    "no Body": (f'<soapenv:Envelope xmlns:soapenv="{SOAP}"/>', "no body"),
    "a Header and no Body": (f'<s:Envelope xmlns:s="{SOAP}"><s:Header/></s:Envelope>', "no body"),
    "a Body in no namespace": (f'<s:Envelope xmlns:s="{SOAP}"><Body/></s:Envelope>', "before its body"),
    "an empty Body": (BODY.format(""), "is empty"),
    "a Body of white space": (BODY.format("\n  "), "is empty"),
    "a Body of a comment": (BODY.format("<!-- x -->"), "is empty"),
    "a Body of text": (BODY.format("FindLearnerByULN"), "text only"),
    "two operations": (BODY.format(OPERATION * 2), "more than one child"),
    "an operation and something": (BODY.format(f"{OPERATION}<x/>"), "more than one child"),
    "two Bodies": (envelope(f"{OPERATION}</soapenv:Body><soapenv:Body>{OPERATION}"), "more than one body"),
    "two Headers": (envelope(OPERATION, header="<soapenv:Header/>" * 2), "out of its place"),
    "a Header behind": (
        CALL.replace("</soapenv:Envelope>", "<soapenv:Header/></soapenv:Envelope>"),
        "out of its place",
    ),
    "something before the Body": (envelope(OPERATION, header="<x/>"), "before its body"),
    "a Fault": (BODY.format("<soapenv:Fault><faultcode>x</faultcode></soapenv:Fault>"), "fault"),
    "a DTD": (f"<!DOCTYPE x>{CALL}", "document type"),
    "a DTD with entities": (
        f'<!DOCTYPE x [<!ENTITY grace "Grace">]>{CALL.replace("Grace", "&grace;")}',
        "document type",
    ),
    "a DTD of another's": (f'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">{CALL}', "document type"),
    "a DTD behind a comment": (f"<!--> --><?a?> <!DOCTYPE x>{CALL}", "document type"),
    "a file as parameter entity": (
        f'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>{CALL}',
        "document type",
    ),
    "a file as entity": (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{CALL.replace("Grace", "&e;")}',
        "document type",
    ),
    "NUL": (CALL.replace("Grace", "Gr\0ce"), "not well-formed"),
    "a forbidden character": (CALL.replace("Grace", "Gr\x1ece"), "not well-formed"),
    "a reference to a forbidden character": (CALL.replace("Grace", "Gr&#x1E;ce"), "not well-formed"),
    "a reference to NUL": (CALL.replace("Grace", "Gr&#0;ce"), "not well-formed"),
    "a reference to a surrogate": (CALL.replace("Grace", "Gr&#xD800;ce"), "not well-formed"),
    "U+FFFE": (CALL.replace("Grace", "Gr&#xFFFE;ce"), "not well-formed"),
    "XML 1.1's own freedom": (f'<?xml version="1.1"?>{CALL.replace("Grace", "Gr&#x1E;ce")}', "not well-formed"),
}


@pytest.mark.parametrize(("request_", "words"), NOT_CALLS.values(), ids=NOT_CALLS)
def test_what_is_not_a_call_is_a_client_fault_that_says_what_was_wrong(
    server: RunningServer, request_: str, words: str
) -> None:
    assert is_client_fault(post(server.url, request_), words)


def test_r9_says_the_same_under_its_own_prefix(server: RunningServer) -> None:
    answer = post(server.url, "<html/>", path=LEARNER_SERVICE_R9)

    assert answer.body.endswith(
        b"<s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>The request is not a SOAP envelope but 'html'."
        b"</faultstring></s:Fault></s:Body></s:Envelope>"
    )


@pytest.mark.parametrize("namespace", ["http://www.w3.org/2003/05/soap-envelope", "urn:other"])
def test_another_envelope_namespace_is_a_version_mismatch(server: RunningServer, namespace: str) -> None:
    answer = post(server.url, CALL.replace(SOAP, namespace))

    assert (answer.status, answer.text("faultcode")) == (500, "soapenv:VersionMismatch")
    assert namespace in (answer.text("faultstring") or "")


@pytest.mark.parametrize(
    "include",
    [
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>',
        '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:name"/>',
    ],
)
def test_an_inclusion_is_an_element_that_may_not_be_there(server: RunningServer, include: str) -> None:
    answer = post(server.url, envelope(find_by_uln(GivenName=include)))

    assert (answer.text("FurtherDetails") or "").startswith("cvc-type.3.1.2: Element 'GivenName' is a simple type")


def test_href_is_an_attribute_that_may_not_be_there(server: RunningServer) -> None:
    answer = post(server.url, envelope(find_by_uln().replace("<GivenName>", '<GivenName href="#other">')))

    assert "the attribute, 'href' was found" in (answer.text("FurtherDetails") or "")


def test_a_schema_s_location_and_type_are_not_followed(server: RunningServer) -> None:
    attributes = (
        'xsi:schemaLocation="urn:x http://127.0.0.1:1/x.xsd" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        'xsi:type="xs:string"'
    )

    assert is_served(post(server.url, CALL.replace("<GivenName>", f"<GivenName {attributes}>")))


@pytest.mark.parametrize(("levels", "is_read"), [(256, True), (257, False)])
def test_256_levels_are_the_most(server: RunningServer, levels: int, is_read: bool) -> None:
    # Envelope, Body, the operation, and what is below it.
    below = levels - 3
    answer = post(server.url, envelope(f"<f:FindLearnerByULN>{'<a>' * below}{'</a>' * below}</f:FindLearnerByULN>"))

    if is_read:
        assert answer.text("ErrorCode") == "WSEC0001"
    else:
        assert is_client_fault(answer, "more than 256 levels deep")


def test_nil_is_not_given_and_its_denial_lets_the_value_stand(server: RunningServer) -> None:
    for nil, code in (("true", None), ("1", None), ("false", "WSRC0004"), ("0", "WSRC0004")):
        value = "" if code is None else "TST001"
        organisation = f'<OrganisationRef xsi:nil="{nil}">{value}</OrganisationRef><UKPRN xsi:nil="true"/>'
        call = envelope(find_by_uln(UKPRN=None)).replace("<OrgPassword>", f"{organisation}<OrgPassword>")
        answer = post(server.url, call)

        if code is None:
            assert answer.text("FurtherDetails") == "Either UKPRN or OrganisationRef must be supplied."
        else:
            assert answer.text("ResponseCode") == code


@pytest.mark.parametrize("nil", ["true", "1", "false", "0"])
def test_nil_is_refused_where_the_schema_does_not_allow_it(server: RunningServer, nil: str) -> None:
    answer = post(server.url, CALL.replace("<GivenName>", f'<GivenName xsi:nil="{nil}">'))

    assert answer.text("FurtherDetails") == (
        f"cvc-elt.3.1: Attribute '{XSI},nil' must not appear on element 'GivenName', "
        "because the {nillable} property of 'GivenName' is false."
    )

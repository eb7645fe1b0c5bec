"""What validation is beyond Xerces' words: reading that is not strict, records apart, replaced facets, passwords."""

from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from lrs_soap.wsdl import facet_readers, facets, namespaces
from lrs_soap.wsdl.facets import Facet
from lrs_soap.wsdl.messages.findmsg import LearnerByULNRqst
from lrs_soap.wsdl.messages.vldmsg import VerifyBatchRqst
from lrs_soap.wsdl.reading import MOST_VIOLATIONS, Reader, Reading
from tests.wsdl.broken_messages import ODD_VALUES, REQUESTS, VALID_VALUES, parsed

PASSWORD = "CompatSitePass01"
FIND_CHILDREN = {
    "FindType": "FUL",
    "UKPRN": "TEST0001",
    "OrgPassword": PASSWORD,
    "UserName": "archer",
    "ULN": "4170265830",
    "FamilyName": "Archer",
    "GivenName": "Robin",
}

STRICT = Reader(REQUESTS)
LENIENT = Reader(REQUESTS, strict=False)


def find(children: str) -> etree._Element:
    """A FindLearnerByULN of these children."""
    return parsed(
        f'<f:FindLearnerByULN xmlns:f="{namespaces.FIND}" xmlns:xsi="{namespaces.XSI}">{children}</f:FindLearnerByULN>'
    )


def find_with(**changed: str | None) -> etree._Element:
    """A valid FindLearnerByULN but for these values; None leaves one out."""
    values = {**FIND_CHILDREN, **changed}
    return find("".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value is not None))


def submit_batch(*records: str, count: str | None = None) -> etree._Element:
    """A SubmitBatch whose Learner elements hold this; its count is that of the records or as given."""
    learners = "".join(f"<Learner>{record}</Learner>" for record in records)
    return parsed(
        f'<b:SubmitBatch xmlns:b="{namespaces.BATCH}"><OrgPassword>{PASSWORD}</OrgPassword><UserName>archer</UserName>'
        f"<JobType>FUL</JobType><LearnerRecordCount>{count or len(records)}</LearnerRecordCount>{learners}"
        "</b:SubmitBatch>"
    )


RECORD_TO_VERIFY = "<ULN>4170265830</ULN><FamilyName>Archer</FamilyName><GivenName>Robin</GivenName>"


def submit_verify_batch(count: int, *records: str) -> etree._Element:
    """A SubmitVerifyBatch of this count, whose Learner elements hold this; by default there is one of them."""
    learners = "".join(f"<Learner>{record}</Learner>" for record in records or (RECORD_TO_VERIFY,))
    return parsed(
        f'<v:SubmitVerifyBatch xmlns:v="{namespaces.VERIFY_BATCH}"><OrgPassword>{PASSWORD}</OrgPassword>'
        f"<UserName>archer</UserName><LearnerRecordCount>{count}</LearnerRecordCount>{learners}</v:SubmitVerifyBatch>"
    )


def set_nil(body: etree._Element, name: str, nil: str) -> None:
    (element,) = body.iter(name)
    element.set(f"{{{namespaces.XSI}}}nil", nil)


def messages(reading: Reading) -> list[str]:
    return [violation.message for violation in reading.violations]


def codes(reading: Reading) -> list[str]:
    return [message.partition(":")[0] for message in messages(reading)]


WHOLE_RECORD = "<GivenName>Robin</GivenName><FamilyName>Archer</FamilyName>"
RECORD_WITHOUT_FAMILY_NAME = "<GivenName>Robin</GivenName>"


# Strict


def test_a_valid_message_is_read_into_its_type() -> None:
    reading = STRICT.read(find_with())
    assert reading.message == LearnerByULNRqst(**FIND_CHILDREN)
    assert reading == Reading(message=reading.message)


def test_every_violation_is_told_in_document_order() -> None:
    reading = STRICT.read(find_with(FindType="ALL", ULN="1", GivenName=None))
    assert codes(reading) == ["cvc-pattern-valid", "cvc-pattern-valid", "cvc-complex-type.2.4.b"]
    assert "'FUL|CHK'" in messages(reading)[0]


def test_what_comes_after_an_element_out_of_place_is_still_read() -> None:
    reading = STRICT.read(find_with(FindType=None, GivenName=""))
    assert codes(reading) == ["cvc-complex-type.2.4.a", "cvc-pattern-valid"]


@pytest.mark.parametrize("value", ["true", "1", " true "])
def test_nil_is_no_value_where_it_may_be(value: str) -> None:
    body = find_with(UKPRN="")
    set_nil(body, "UKPRN", value)
    reading = STRICT.read(body)
    assert not reading.violations
    assert reading.message.UKPRN is None


def test_the_prefix_of_nil_is_the_senders_own() -> None:
    nil = f'<UKPRN xmlns:i="{namespaces.XSI}" i:nil="true"/>'
    children = (nil if name == "UKPRN" else f"<{name}>{value}</{name}>" for name, value in FIND_CHILDREN.items())
    reading = STRICT.read(find("".join(children)))
    assert not reading.violations
    assert reading.message.UKPRN is None


@pytest.mark.parametrize("value", ["false", "0"])
def test_nil_that_is_false_leaves_the_value(value: str) -> None:
    body = find_with()
    set_nil(body, "UKPRN", value)
    assert STRICT.read(body).message.UKPRN == "TEST0001"


def test_xsi_type_is_ignored() -> None:
    children = "".join(f'<{name} xsi:type="no:such">{value}</{name}>' for name, value in FIND_CHILDREN.items())
    assert not STRICT.read(find(children)).violations


def test_strings_are_not_trimmed_and_numbers_are() -> None:
    assert codes(STRICT.read(find_with(ULN=" 4170265830"))) == ["cvc-pattern-valid"]
    assert STRICT.read(submit_batch(WHOLE_RECORD, count="\n 001\t")).message.LearnerRecordCount == 1


def test_a_length_counts_utf_16_units() -> None:
    assert not STRICT.read(find_with(FamilyName="😀" * 17 + "x")).violations
    assert messages(STRICT.read(find_with(FamilyName="😀" * 18))) == [
        f"cvc-maxLength-valid: Value '{'😀' * 18}' with length = '36' is not facet-valid with respect to "
        "maxLength '35' for type 'MIAPNameNonEmpty'."
    ]


def test_a_no_break_space_is_a_name() -> None:
    assert STRICT.read(find_with(FamilyName="\u00a0")).message.FamilyName == "\u00a0"


def test_a_number_of_thousands_of_digits_is_out_of_range() -> None:
    assert codes(STRICT.read(submit_batch(WHOLE_RECORD, count="9" * 100_000))) == ["cvc-maxInclusive-valid"]


def test_elements_as_deep_as_the_parser_lets_through_are_read() -> None:
    message = "FindLearnerByULN"
    nested = f"<f:{message}>" * 250 + f"</f:{message}>" * 250
    assert codes(STRICT.read(find(nested)))[0] == "cvc-complex-type.2.4.a"
    assert codes(LENIENT.read(find(nested))) == ["cvc-complex-type.2.4.b"]


# Passwords


@pytest.mark.parametrize("reader", [STRICT, LENIENT], ids=["strict", "not strict"])
@pytest.mark.parametrize("password", ["short secret", "a secret that is too long", "\u00a0secret"])
def test_no_password_is_loggable(reader: Reader, password: str) -> None:
    reading = reader.read(find_with(OrgPassword=password, ULN="12"))
    quoting, other = reading.violations
    assert password in quoting.message
    assert all(password not in each.loggable for each in (*reading.violations, *reading.findings))
    assert other.loggable == other.message


def test_no_password_is_shown_with_its_message() -> None:
    assert PASSWORD not in repr(STRICT.read(find_with()))


# Not strict


def test_children_count_by_local_name_in_any_order_when_not_strict() -> None:
    children = reversed(FIND_CHILDREN.items())
    reading = LENIENT.read(
        find("".join(f'<o:{name} xmlns:o="urn:other">{value}</o:{name}>' for name, value in children))
    )
    assert not reading.violations
    assert reading.message == LearnerByULNRqst(**FIND_CHILDREN)


def test_what_is_not_known_is_left_aside_when_not_strict() -> None:
    body = find_with()
    body.set("attribute", "1")
    body.text = "text"
    body.insert(2, etree.Element("Unknown"))
    body.append(find_with())
    reading = LENIENT.read(body)
    assert not reading.violations
    assert reading.message == LearnerByULNRqst(**FIND_CHILDREN)


def test_the_first_of_several_counts_when_not_strict() -> None:
    body = find_with()
    another = etree.SubElement(body, "ULN")
    another.text = "1000000000"
    assert LENIENT.read(body).message.ULN == "4170265830"


def test_findings_are_what_strict_reading_says() -> None:
    body = find_with(Unknown="text", FindType=None)
    etree.SubElement(body, "FindType").text = "FUL"
    reading = LENIENT.read(body)
    assert not reading.violations
    assert reading.findings == STRICT.read(body).violations != []


def test_a_message_that_strict_reading_takes_has_no_findings() -> None:
    assert LENIENT.read(find_with()) == STRICT.read(find_with())


def test_a_value_outside_its_facet_is_refused_when_not_strict() -> None:
    body = find_with(ULN="0000000000")
    assert messages(LENIENT.read(body)) == messages(STRICT.read(body))


def test_what_is_mandatory_is_so_when_not_strict() -> None:
    (message,) = messages(LENIENT.read(find_with(ULN=None, FamilyName=None)))
    assert message == (
        "cvc-complex-type.2.4.b: The content of element 'f:FindLearnerByULN' is not complete. "
        "One of '{ULN, FamilyName}' is expected."
    )


def test_nil_is_absent_when_not_strict() -> None:
    optional, mandatory = find_with(UKPRN="nothing that fits"), find_with()
    set_nil(optional, "UKPRN", "1")
    set_nil(mandatory, "ULN", "1")
    assert LENIENT.read(optional).message.UKPRN is None
    assert codes(LENIENT.read(mandatory)) == ["cvc-complex-type.2.4.b"]


def test_too_many_records_are_too_many_when_not_strict() -> None:
    body = submit_batch(*[WHOLE_RECORD] * 201, count="200")
    body.append(etree.Element("Unknown"))
    assert codes(LENIENT.read(body)) == ["cvc-complex-type.2.4.f"]


# Records apart


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "not strict"])
def test_a_malformed_record_spoils_itself_alone_where_records_are_apart(strict: bool) -> None:
    reader = Reader(REQUESTS, strict=strict, records_apart=True)
    reading = reader.read(submit_batch(WHOLE_RECORD, RECORD_WITHOUT_FAMILY_NAME, WHOLE_RECORD))
    assert not reading.violations
    assert list(reading.records) == [1]
    (violation,) = reading.records[1]
    assert violation.message.startswith("cvc-complex-type.2.4.b: The content of element 'Learner' is not complete.")
    assert [record.FamilyName for record in reading.message.Learner] == ["Archer", None, "Archer"]


def test_a_malformed_record_spoils_the_message_where_records_are_not_apart() -> None:
    reading = STRICT.read(submit_batch(WHOLE_RECORD, RECORD_WITHOUT_FAMILY_NAME))
    assert codes(reading) == ["cvc-complex-type.2.4.b"]
    assert not reading.records


def test_the_message_around_the_records_is_judged_where_they_are_apart() -> None:
    reader = Reader(REQUESTS, records_apart=True)
    body = submit_batch(RECORD_WITHOUT_FAMILY_NAME, count="201")
    body.append(etree.Element("Unknown"))
    reading = reader.read(body)
    assert codes(reading) == ["cvc-maxInclusive-valid", "cvc-complex-type.2.4.a"]
    assert list(reading.records) == [0]


def test_a_batch_without_records_is_malformed_where_they_are_apart() -> None:
    reader = Reader(REQUESTS, records_apart=True)
    assert codes(reader.read(submit_batch(count="1"))) == ["cvc-complex-type.2.4.b"]


# Replaced facets


def test_a_replaced_facet_stands_for_its_field_alone() -> None:
    limit = facets.verify_batch_record_count(5000)
    reader = Reader(REQUESTS, replaced={(VerifyBatchRqst, "LearnerRecordCount"): limit})
    assert reader.read(submit_verify_batch(5000)).message.LearnerRecordCount == 5000
    assert messages(reader.read(submit_verify_batch(5001))) == [
        "cvc-maxInclusive-valid: Value '5001' is not facet-valid with respect to maxInclusive '5000' "
        "for type 'MIAPLearnerRecordCount'."
    ]
    assert codes(STRICT.read(submit_verify_batch(5000))) == ["cvc-maxInclusive-valid"]
    assert codes(reader.read(submit_batch(WHOLE_RECORD, count="201"))) == ["cvc-maxInclusive-valid"]


# Every value and every tree

FACETS = [each for each in vars(facets).values() if isinstance(each, Facet)]
XML_CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\t\n\r\u0085"
)
XML_TEXT = st.text(XML_CHARACTERS | st.sampled_from(" \t\n\r\u0085\u00a0😀٥0123456789-+.@aZ"), max_size=40)


@cache
def pattern_schema(facet: Facet) -> etree.XMLSchema:
    """An XML Schema for libxml2, of an element <value> with the facet's patterns."""
    schema = etree.Element(f"{{{namespaces.XSD}}}schema", nsmap={"xs": namespaces.XSD})
    element = etree.SubElement(schema, f"{{{namespaces.XSD}}}element", name="value")
    simple = etree.SubElement(element, f"{{{namespaces.XSD}}}simpleType")
    restriction = etree.SubElement(simple, f"{{{namespaces.XSD}}}restriction", base="xs:string")
    for pattern in facet.patterns:
        etree.SubElement(restriction, f"{{{namespaces.XSD}}}pattern", value=pattern)
    return etree.XMLSchema(schema)


def judgement(facet: Facet, text: str) -> str | None:
    """The constraint that a text breaks first, by the letter of XML Schema."""
    if facet.minimum is not None and facet.maximum is not None:
        trimmed = text.strip("\t\n\r ")
        digits = trimmed[1:] if trimmed[:1] in ("+", "-") else trimmed
        if digits == "" or any(digit not in "0123456789" for digit in digits):
            return "cvc-datatype-valid.1.2.1"
        if int(trimmed) > facet.maximum:
            return "cvc-maxInclusive-valid"
        return "cvc-minInclusive-valid" if int(trimmed) < facet.minimum else None
    value = etree.Element("value")
    value.text = text
    if not pattern_schema(facet).validate(value):
        return "cvc-pattern-valid"
    units = len(text.encode("utf-16-le")) // 2
    if facet.max_length is not None and units > facet.max_length:
        return "cvc-maxLength-valid"
    return "cvc-minLength-valid" if facet.min_length is not None and units < facet.min_length else None


@st.composite
def texts_near(draw: st.DrawFn, facet: Facet) -> str:
    """Texts of every sort, many of them a value of the facet or one that has been cut and glued."""
    known = [*VALID_VALUES.get(facet, ()), *ODD_VALUES.get(facet, ()), "x" * (facet.max_length or 0), "-2147483649"]
    matching = [st.from_regex(each, fullmatch=True, alphabet=XML_CHARACTERS) for each in facet.patterns if each]
    text = str(draw(st.one_of(XML_TEXT, st.sampled_from(known), *matching)))
    if draw(st.booleans()):
        return text
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(XML_TEXT) + text[at + draw(st.integers(0, 2)) :]


@pytest.mark.parametrize("facet", FACETS, ids=lambda facet: facet.name)
@given(data=st.data())
def test_a_facet_is_read_by_the_letter_of_xml_schema(facet: Facet, data: st.DataObject) -> None:
    text = data.draw(texts_near(facet))
    value, message = facet_readers.reader_of(facet)(text)
    assert (message and message.partition(":")[0]) == judgement(facet, text)
    if message is None:
        assert value == (int(text) if facet.is_number else text)
    # What the quick check leaves to the reader, although it is right, are numbers and characters of two UTF-16 units.
    is_left = facet.is_number or max(text, default="") > "\uffff"
    assert bool(facet_readers.quick_check_of(facet)(text)) == (message is None and not is_left)
    if text.isalnum() and len(text) in facet_readers.word_lengths_of(facet):
        assert (value, message) == (text, None)


KNOWN_NAMES = sorted({name for request in REQUESTS.values() for name in request._type_info} | {"Learner", "ULN"})
TAGS = st.sampled_from([*KNOWN_NAMES, "Unknown", *(f"{{urn:other}}{name}" for name in KNOWN_NAMES), *REQUESTS])
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["a", "{urn:other}a", "nil", *(f"{{{namespaces.XSI}}}{name}" for name in ("nil", "type", "foo"))]),
    st.sampled_from(["true", "1", "false", " 0 ", "yes", ""]),
    max_size=2,
)


@st.composite
def trees(draw: st.DrawFn, tags: st.SearchStrategy[str] = TAGS, depth: int = 3) -> etree._Element:
    """Elements with known and unknown names in and around each other, with texts and attributes."""
    element = etree.Element(draw(tags), draw(ATTRIBUTES))
    element.text = draw(st.none() | XML_TEXT)
    element.tail = draw(st.none() | XML_TEXT)
    element.extend(draw(st.lists(trees(depth=depth - 1), max_size=4)) if depth else [])
    return element


READERS = [Reader(REQUESTS, strict=strict, records_apart=apart) for strict in (True, False) for apart in (True, False)]


@given(trees(st.sampled_from(list(REQUESTS))))
def test_whatever_is_sent_is_read(tree: etree._Element) -> None:
    for reader in READERS:
        reading = reader.read(tree)
        assert isinstance(reading.message, REQUESTS[str(tree.tag)])
        assert all(violation.message and violation.loggable for violation in reading.violations)


@given(trees(st.sampled_from(list(REQUESTS))))
def test_findings_are_always_what_strict_reading_says(tree: etree._Element) -> None:
    strict, lenient = STRICT.read(tree), LENIENT.read(tree)
    assert lenient.findings == strict.violations
    assert strict.violations or lenient == strict


LONG = "x" * 10_001
CUT = f"{'x' * 10_000}…"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            f"<EmailAddress>{LONG}</EmailAddress>",
            f"cvc-maxLength-valid: Value '{CUT}' with length = '10001' is not facet-valid with respect to maxLength "
            "'254' for type 'MIAPEmail'.",
        ),
        (
            # Of a shorter one, the pattern comes first, as it does for Xerces.
            f"<EmailAddress>{LONG[1:]}</EmailAddress>",
            f"cvc-pattern-valid: Value '{LONG[1:]}' is not facet-valid with respect to pattern "
            f"'{'|'.join(facets.EMAIL.patterns)}' for type 'MIAPEmail'.",
        ),
        (
            f"<EmailAddress/><{LONG}/>",
            f"cvc-complex-type.2.4.d: Invalid content was found starting with element '{CUT}'. No child element is "
            "expected at this point.",
        ),
        (
            f'<EmailAddress {LONG}="">a@ex.uk</EmailAddress>',
            f"cvc-type.3.1.1: Element 'EmailAddress' is a simple type, so it cannot have attributes, excepting those "
            f"whose namespace name is identical to '{namespaces.XSI}' and whose [local name] is one of 'type', 'nil', "
            f"'schemaLocation' or 'noNamespaceSchemaLocation'. However, the attribute, '{CUT}' was found.",
        ),
    ],
)
def test_what_is_longer_than_a_fault_repeats_is_cut(content: str, message: str) -> None:
    element = etree.fromstring(
        f'<f:FindLearnerByDemographics xmlns:f="{namespaces.FIND}"><FindType>FUL</FindType><UKPRN>TEST0001</UKPRN>'
        "<OrgPassword>CompatSitePass01</OrgPassword><UserName>A</UserName><FamilyName>B</FamilyName>"
        "<GivenName>C</GivenName><DateOfBirth>2005-03-14</DateOfBirth><Gender>2</Gender>"
        f"<LastKnownPostCode>LS1 4AP</LastKnownPostCode>{content}</f:FindLearnerByDemographics>"
    )
    assert messages(STRICT.read(element))[0] == message


@pytest.mark.parametrize("value", ["a." * 4999 + "a", "a@" + "b" * 9998, "a@" + "bb." * 3332, "a@" + "b-" * 4999])
def test_the_longest_value_whose_pattern_is_looked_at_takes_no_time(value: str) -> None:
    began = time.process_time()
    for _ in range(10):
        assert not facet_readers.quick_check_of(facets.EMAIL)(value)
        assert facet_readers.reader_of(facets.EMAIL)(value)[1] is not None

    assert time.process_time() - began < 2


@pytest.mark.parametrize("reader", [STRICT, LENIENT], ids=["strict", "not strict"])
def test_of_records_beyond_the_limit_the_message_has_the_number_alone(reader: Reader) -> None:
    reading = reader.read(submit_verify_batch(200, *[RECORD_TO_VERIFY] * 1000))

    records = reading.message.Learner
    assert len(records) == 1000
    assert all(record is not None for record in records[:200])
    assert set(records[200:]) == {None}


def test_records_beyond_the_limit_are_validated_all_the_same() -> None:
    body = submit_verify_batch(200, *[RECORD_TO_VERIFY] * 300, "<ULN>4170265830</ULN>")

    assert codes(STRICT.read(body)) == ["cvc-complex-type.2.4.b"]


def test_of_records_apart_the_faults_of_those_that_count_are_told() -> None:
    reader = Reader(REQUESTS, records_apart=True)
    reading = reader.read(submit_verify_batch(200, *["<ULN>4170265830</ULN>"] * 300))

    assert not reading.violations
    assert list(reading.records) == list(range(200))


def test_of_malformed_records_apart_each_has_a_fault_however_many_there_are() -> None:
    reader = Reader(REQUESTS, records_apart=True)
    reading = reader.read(submit_batch(*["<ULN/>" * 20] * 200))

    assert len(reading.records) == 200
    assert all(reading.records.values())
    assert sum(map(len, reading.records.values())) <= MOST_VIOLATIONS + 200


def test_nothing_is_read_past_the_last_fault_that_is_kept() -> None:
    reading = STRICT.read(find("<ULN/>" * (2 * MOST_VIOLATIONS)))

    assert reading.message is None
    assert len(reading.violations) == MOST_VIOLATIONS


def test_records_past_the_first_that_is_too_many_are_not_read() -> None:
    body = submit_batch(*[WHOLE_RECORD] * 200, *["<ULN/>"] * 3, count="200")

    assert codes(STRICT.read(body)) == ["cvc-complex-type.2.4.f", "cvc-complex-type.2.4.b"]


def test_attributes_by_the_thousand_are_named_as_they_were_sent() -> None:
    attributes = " ".join(f'p:a{number}="" b{number}=""' for number in range(1000))
    element = find_with()
    text = etree.tostring(element, encoding="unicode").replace("<ULN", f'<ULN xmlns:p="urn:p" {attributes}', 1)
    told = messages(STRICT.read(etree.fromstring(text)))

    assert len(told) == 100
    assert "the attribute, 'p:a0' was found" in told[0]
    assert "the attribute, 'b0' was found" in told[1]

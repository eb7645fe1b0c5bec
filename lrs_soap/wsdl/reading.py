"""Reading a message of LearnerService: validating and decoding are one pass over its elements.

The schema is the older contract's, as Xerces applies it (docs/behaviour.md, "Validation"): children in order and
without a namespace, each no more often than allowed, with values within their facets. When the service starts, a plan
for each type is compiled from the declarations.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from lrs_soap.wsdl import facet_readers, facets, namespaces, xerces
from lrs_soap.wsdl.declarations import Field, Message, blank_of, fields_of
from lrs_soap.wsdl.facets import Facet
from lrs_soap.wsdl.xsd_values import BOOLEANS, NIL, TRUE, WHITE_SPACE, is_nil

_XSI_ALLOWED = frozenset(
    f"{{{namespaces.XSI}}}{name}" for name in ("type", "nil", "schemaLocation", "noNamespaceSchemaLocation")
)
# More than anybody reads. A message can be made to have very many, which would cost memory and time.
MOST_VIOLATIONS = 1000
_MOST_ATTRIBUTES = 100
MOST_RECORDS = 200
"""How many records of a batch without a bound of its own are kept, unless a setting allows more."""

_NAME_OF_ATTRIBUTE = etree.XPath("name(@*[$place])")


@dataclass(frozen=True, slots=True)
class Violation:
    """One error in a message: Xerces' sentence, which may be a Finding, and whether that quotes a password."""

    message: str
    quotes_a_secret: bool = False

    @property
    def loggable(self) -> str:
        return "the value of OrgPassword is not valid" if self.quotes_a_secret else self.message


@dataclass(slots=True)
class Reading:
    """The result of reading a message.

    `message` is None if nobody will read it, because of its violations. `violations` are the first `MOST_VIOLATIONS`,
    in document order. `records` has the violations of each malformed record of a batch, by its place from 0, if records
    are judged apart. `findings` are those that a strict reading refuses and a lenient one lets pass.
    """

    message: Any = None
    violations: list[Violation] = field(default_factory=list)
    records: dict[int, list[Violation]] = field(default_factory=dict)
    findings: list[Violation] = field(default_factory=list)


@dataclass(slots=True)
class _Particle:
    """A field at its place in a type, ready to be read."""

    tag: str
    name: str
    place: int
    least: int
    most: int | None
    nillable: bool
    repeated: bool
    secret: bool
    words: frozenset[int]
    """The lengths of words that `read` would return as they are."""
    accepts: Callable[[str], object]
    """True of nearly every text that `read` would return as it is, and of no other."""
    read: Callable[[str], tuple[Any, str | None]]
    plan: _Plan | None
    kept: int
    """How many of a repeated element are kept. Any more than one beyond `most` are not even read."""
    after_one: _Next = field(init=False)
    """What may come after one of it."""


class _Next(dict[str, _Particle]):
    """What may come next at a place in a type: particles by their tags, and whether it may be the end."""

    __slots__ = ("may_be_end",)

    def __init__(self, by_tag: Mapping[str, _Particle], *, may_be_end: bool) -> None:
        super().__init__(by_tag)
        self.may_be_end = may_be_end


class _Plan:
    """How to read one type."""

    __slots__ = ("_make", "_repeated", "blank", "by_local_name", "in_any_order", "particles", "start")

    def __init__(self, message: type[Message], particles: list[_Particle]) -> None:
        self._make = message.with_all
        self.blank = blank_of(message)
        self._repeated = [particle.name for particle in particles if particle.repeated]
        self.particles = particles
        self.by_local_name = {particle.name: particle for particle in particles}
        self.start = self.next_after(0, 0)
        self.in_any_order = _Next({particle.tag: particle for particle in particles}, may_be_end=True)
        for particle in particles:
            particle.after_one = self.next_after(particle.place, 1)

    def message_of(self, values: dict[str, Any]) -> Message:
        """The message with these values, those of `blank` and others; those of a repeated field may be a list."""
        for name in self._repeated:
            values[name] = tuple(values[name])
        return self._make(values)

    def next_after(self, place: int, count: int) -> _Next:
        """What may come after `count` elements of the particle at `place`."""
        by_tag = {}
        for particle in self.particles[place:]:
            seen = count if particle.place == place else 0
            if particle.most is None or seen < particle.most:
                by_tag[particle.tag] = particle
            if seen < particle.least:
                return _Next(by_tag, may_be_end=False)
        return _Next(by_tag, may_be_end=True)


class Reader:
    """Reads the messages of LearnerService.

    `strict`: read as the live service does; otherwise children are known by their local names, in any order, and
    unknown ones are ignored. `records_apart`: the violations in a record of a batch are the record's, and the message
    stays valid. `replaced`: facets that settings put in the place of declared ones, by type and field.
    `most_records`: of a batch that may have any number of records, each beyond this is validated and not kept. None
    stands for it in the message, so that they can be counted.
    """

    def __init__(
        self,
        roots: Mapping[str, type[Message]],
        *,
        strict: bool = True,
        records_apart: bool = False,
        replaced: Mapping[tuple[type[Message], str], Facet] | None = None,
        most_records: int = MOST_RECORDS,
    ) -> None:
        """`roots`: the type of each root element, by its tag."""
        self._strict = strict
        self._most_records = most_records
        self.records_apart = records_apart
        self._replaced = dict(replaced or {})
        self._plans: dict[type[Message], _Plan] = {}
        self.roots = {tag: self._plan(message) for tag, message in roots.items()}

    def judging(self, *, strict: bool, records_apart: bool) -> Reader:
        """A reader of the same messages that is strict or not, and judges records apart or not."""
        reader = copy(self)
        reader._strict, reader.records_apart = strict, records_apart
        return reader

    def read(self, element: etree._Element) -> Reading:
        """Read a body's child, whose tag is one of the roots. Never raises, whatever a client has sent."""
        plan = self.roots[element.tag]
        reading = _Strict(self).reading_of(element, plan)
        if self._strict or not reading.violations:
            return reading
        return _Lenient(self).reading_of(element, plan, findings=reading.violations)

    def _plan(self, message: type[Message]) -> _Plan:
        if message not in self._plans:
            self._plans[message] = _Plan(
                message, [self._particle(message, place, each) for place, each in enumerate(fields_of(message))]
            )
        return self._plans[message]

    def _particle(self, message: type[Message], place: int, declared: Field) -> _Particle:
        facet = self._replaced.get((message, declared.name), declared.declared.facet)
        validated = declared.declared.validated
        return _Particle(
            tag=declared.tag,
            name=declared.name,
            place=place,
            least=validated.least,
            most=validated.most,
            nillable=validated.nillable,
            repeated=declared.is_repeated,
            secret=facet is facets.ORG_PASSWORD,
            words=facet_readers.word_lengths_of(facet or facets.STRING),
            accepts=facet_readers.quick_check_of(facet or facets.STRING),
            read=facet_readers.reader_of(facet or facets.STRING),
            plan=None if declared.message is None else self._plan(declared.message),
            kept=self._most_records if validated.most is None else validated.most,
        )


class _NothingMoreToSay(Exception):
    """So many violations have been found that no more are kept, and the message is refused whatever else is in it."""


class _Pass(ABC):
    """One reading of a message, which collects the violations."""

    def __init__(self, reader: Reader) -> None:
        self._roots = reader.roots
        self._records_apart = reader.records_apart
        self._records: dict[int, list[Violation]] = {}
        self._of_the_message: list[Violation] = []
        self._violations = self._of_the_message
        self._in_records = 0

    def reading_of(self, element: etree._Element, plan: _Plan, *, findings: Sequence[Violation] = ()) -> Reading:
        """Read a message. `findings` are known from an earlier reading."""
        message: Message | None
        try:
            message = self.complex(element, plan)
        except _NothingMoreToSay:
            message = None
        return Reading(message, self._of_the_message, self._records, [*findings])

    @abstractmethod
    def complex(self, element: etree._Element, plan: _Plan) -> Message:
        """Read an element that has elements. The result is of use only if nothing was reported."""

    def _report(self, message: str, *, quotes_a_secret: bool = False) -> None:
        violation = Violation(message, quotes_a_secret)
        if self._violations is self._of_the_message:
            self._violations.append(violation)
            if len(self._violations) == MOST_VIOLATIONS:
                raise _NothingMoreToSay
        elif not self._violations or self._in_records < MOST_VIOLATIONS:
            # That a record is malformed has to be known, however many others are.
            self._violations.append(violation)
            self._in_records += 1

    def _keep_record(self, node: etree._Element, particle: _Particle, plan: _Plan, records: list[Any]) -> None:
        """Read a repeated element, whose violations may be its own and not the message's, and keep it if it counts."""
        place = len(records)
        if particle.most is not None and place > particle.most:
            return
        is_kept = place < particle.kept
        # Where records are apart, nobody will hear what is wrong with one that does not count.
        record = self._record(node, plan, place) if is_kept or not self._records_apart else None
        records.append(record if is_kept else None)

    def _record(self, node: etree._Element, plan: _Plan, place: int) -> Message:
        if not self._records_apart:
            return self.complex(node, plan)
        self._violations = []
        try:
            record = self.complex(node, plan)
            if self._violations:
                self._records[place] = self._violations
        finally:
            self._violations = self._of_the_message
        return record


class _Strict(_Pass):
    """Reads as Xerces does.

    Violations come in the order of Xerces' messages: those of an element's start before those of its children, those
    of its end after.
    """

    def complex(self, element: etree._Element, plan: _Plan) -> Message:
        if element.keys():
            self._attributes(element, nillable=False, simple=False)
        values = plan.blank.copy()
        coming = plan.start
        is_in_order = True
        last: _Particle | None = None
        seen = 0
        text = element.text
        has_text = text is not None and text.strip(WHITE_SPACE) != ""
        for node in element:
            particle = coming.get(node.tag)
            if is_in_order:
                if particle is None:
                    self._out_of_place(node, coming, last)
                    # From here on an element is known by its tag alone.
                    is_in_order, coming = False, plan.in_any_order
                    particle = coming.get(node.tag)
                elif particle is last:
                    seen += 1
                    coming = plan.next_after(particle.place, seen)
                else:
                    last, seen, coming = particle, 1, particle.after_one
            if particle is None:
                self._undeclared(node)
            elif particle.repeated:
                items = values[particle.name]
                if not items:
                    items = values[particle.name] = []
                if particle.plan is not None:
                    self._keep_record(node, particle, particle.plan, items)
                elif particle.most is None or len(items) <= particle.most:
                    items.append(self._simple(node, particle))
            elif particle.plan is not None:
                values[particle.name] = self.complex(node, particle.plan)
            else:
                value = node.text or ""
                is_right = (len(value) in particle.words and value.isalnum()) or particle.accepts(value)
                is_plain = is_right and not node.keys() and not len(node)
                # As nearly every value is.
                values[particle.name] = value if is_plain else self._simple(node, particle)
            text = node.tail
            if text is not None and text.strip(WHITE_SPACE):
                has_text = True
        if has_text:
            self._report(xerces.text_between_elements(_name_of(element)))
        if not coming.may_be_end:
            self._report(xerces.incomplete(_name_of(element), [*coming]))
        return plan.message_of(values)

    def _out_of_place(self, node: etree._Element, coming: _Next, last: _Particle | None) -> None:
        if coming:
            self._report(xerces.unexpected(node.tag, [*coming]))
        elif last is not None and last.most is not None and last.most > 1:
            self._report(xerces.too_many(last.tag, last.most))
        else:
            self._report(xerces.surplus(_name_of(node)))

    def _undeclared(self, element: etree._Element) -> None:
        """Undeclared elements: check only xsi:nil and globally declared descendants."""
        plan = self._roots.get(element.tag)
        if plan is not None:
            self.complex(element, plan)
            return
        self._value_of_nil(element.get(NIL, "false"))
        for node in element:
            self._undeclared(node)

    def _value_of_nil(self, nil: str) -> None:
        value = nil.strip(WHITE_SPACE)
        if value not in BOOLEANS:
            self._report(xerces.not_valid_for(value, "boolean"))

    def _simple(self, node: etree._Element, particle: _Particle) -> Any:
        text = node.text or ""
        is_nil = bool(node.keys()) and self._attributes(node, nillable=particle.nillable, simple=True)
        if len(node):
            for inner in node:
                self._undeclared(inner)
        if is_nil and (text or len(node)):
            self._report(xerces.nil_with_content(_name_of(node)))
        if len(node):
            self._report(xerces.child_of_simple(_name_of(node)))
            text = ""  # Xerces drops the text before an element inside a value
        if is_nil:
            return None
        value, message = particle.read(text)
        if message is not None:
            self._report(message, quotes_a_secret=particle.secret)
        return value

    def _attributes(self, element: etree._Element, *, nillable: bool, simple: bool) -> bool:
        """Report wrong attributes; return whether the element is nil."""
        name = _name_of(element)
        nil = element.get(NIL)
        is_nil = False
        if nil is not None:
            if nillable:
                is_nil = nil.strip(WHITE_SPACE) in TRUE
            else:
                self._report(xerces.nil_not_allowed(name))
        for place, attribute in enumerate(element.keys()[:_MOST_ATTRIBUTES], 1):
            if attribute == NIL:
                self._value_of_nil(str(nil))
            elif attribute not in _XSI_ALLOWED:
                as_sent = _name_of_attribute(element, str(attribute), place)
                words = xerces.attribute_on_simple if simple else xerces.attribute_on_complex
                self._report(words(name, as_sent))
        return is_nil


class _Lenient(_Pass):
    """Knows children by their local names, in any order, and ignores unknown ones.

    It still refuses a value outside its facet, a missing mandatory field and too many records.
    """

    def complex(self, element: etree._Element, plan: _Plan) -> Message:
        values: dict[str, Any] = {}
        for node in element:
            particle = plan.by_local_name.get(etree.QName(node).localname)
            if particle is None or is_nil(node):
                continue
            if particle.repeated:
                items = values.setdefault(particle.name, [])
                if particle.most is not None and len(items) > particle.most:
                    continue
                if particle.plan is not None:
                    self._keep_record(node, particle, particle.plan, items)
                else:
                    items.append(self._value(node, particle))
                if particle.most is not None and len(items) == particle.most + 1:
                    self._report(xerces.too_many(particle.tag, particle.most))
            elif particle.name not in values:
                values[particle.name] = self._value(node, particle)
        missing = [p.tag for p in plan.particles if p.least and p.name not in values]
        if missing:
            self._report(xerces.incomplete(_name_of(element), missing))
        return plan.message_of({**plan.blank, **values})

    def _value(self, node: etree._Element, particle: _Particle) -> Any:
        if particle.plan is not None:
            return self.complex(node, particle.plan)
        value, message = particle.read(node.text or "")
        if message is not None:
            self._report(message, quotes_a_secret=particle.secret)
        return value


def _name_of_attribute(element: etree._Element, attribute: str, place: int) -> str:
    """The name as it was sent of the attribute at a place, counted from 1."""
    if attribute[0] != "{":
        return attribute
    if len(element.attrib) <= _MOST_ATTRIBUTES:
        return str(_NAME_OF_ATTRIBUTE(element, place=place))
    # XPath would go through all of them each time. Of several prefixes for the namespace, this may take another one.
    name = etree.QName(attribute)
    prefixes = (prefix for prefix, namespace in element.nsmap.items() if prefix and namespace == name.namespace)
    return f"{next(prefixes, 'xml')}:{name.localname}"


def _name_of(element: etree._Element) -> str:
    """An element's name as it was sent."""
    local = etree.QName(element).localname
    return f"{element.prefix}:{local}" if element.prefix else local

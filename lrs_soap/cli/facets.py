"""What the contract's schema says about a value that a person gave in a file or in a command."""

from __future__ import annotations

from collections.abc import Callable

from lrs_soap.cli.text import counted, quoted
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.facet_readers import reader_of, utf16_length
from lrs_soap.wsdl.facets import TELEPHONE_NUMBER
from lrs_soap.wsdl.messages.learner import BatchLearner, Learner


def facet_check() -> Callable[[str, str], str | None]:
    """A function that says in plain words why a value breaks its field's facets, or None if it does not.

    Fields are those of a learner or of a batch's record, by the contract's names; any value of another field passes.
    Values are not empty.
    """
    facets = {field.name: field.declared.facet for message in (BatchLearner, Learner) for field in fields_of(message)}
    facets["TelephoneNumber"] = TELEPHONE_NUMBER

    def check(name: str, value: str) -> str | None:
        facet = facets.get(name)
        if facet is None or reader_of(facet)(value)[1] is None:
            return None
        if facet.max_length is not None and utf16_length(value) > facet.max_length:
            return f"longer than {counted(facet.max_length, 'character')}"
        if facet.minimum is not None:
            return f"not a whole number from {facet.minimum} to {facet.maximum}"
        return f"{quoted(value)} is not of the form that {facet.name} asks for"

    return check

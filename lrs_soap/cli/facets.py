"""What the contract's schema says of a value that a person gave in a file or in a command."""

from __future__ import annotations

from collections.abc import Callable

from lrs_soap.cli.text import counted, quoted


def facet_check() -> Callable[[str, str], str | None]:
    """Says, in a person's words, why a value that is not empty breaks its field's facets; None where it does not.

    Fields are a learner's and a batch's record's, by the contract's names; of others nothing is said.
    """
    from lrs_soap.wsdl.declare import fields_of
    from lrs_soap.wsdl.facets import TELEPHONE_NUMBER
    from lrs_soap.wsdl.messages.learner import BatchLearner, Learner
    from lrs_soap.wsdl.validation import reader_of, utf16_length

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

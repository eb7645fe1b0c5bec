"""Reads what scenarios are matched by from a request, leniently: wherever it stands, and whatever else is wrong."""

from __future__ import annotations

from lxml import etree

from lrs_soap.scenarios.matching import Facts

# By their local names in the messages of both ports. R9's `ukPrn` and `orgRef` are those that are asked about.
_ORGANISATIONS = ("UKPRN", "OrganisationRef", "Ukprn", "Reference")
_USERS = ("UserName", "Username")
_ULNS = ("ULN", "uln", "learnerUln")
_FAMILY_NAMES = ("FamilyName", "familyName", "learnerFamilyName")


def facts_in(child: etree._Element, operation: str | None) -> Facts:
    """What a request says, by the child of its SOAP body; `operation` is None where that is unknown."""
    return Facts(
        operation,
        organisations=_texts(child, _ORGANISATIONS),
        users=_texts(child, _USERS),
        ulns=_texts(child, _ULNS),
        family_names=_texts(child, _FAMILY_NAMES),
    )


def _texts(child: etree._Element, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(each.text for each in child.iter(*(f"{{*}}{name}" for name in names)) if each.text)

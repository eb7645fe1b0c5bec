"""The candidates of a find by demographics: which keys to look up, and which of the rows found can match.

Every rule but one needs the date or the postcode, and one name that is EQUAL or an ALIAS, or both swapped. So a date or
a postcode, with one key of a name, finds everybody who fits such a rule. The exception is P1 with two names that are
only SIMILAR, for which everybody with the date and the postcode is looked at.

| rule                | found by                                                                           |
|---------------------|------------------------------------------------------------------------------------|
| P1, P3, P4, P7      | the date and a key of the asked given name or of the asked family name             |
| P1, swapped         | the date and the asked given name, keyed as a family name                          |
| P1, both similar    | the date and the postcode                                                          |
| P2, P5, P6          | the postcode and a key of the asked given name, or one that the family name can be |
|                     | held by: its own, its parts in any order, the previous name                        |
"""

from __future__ import annotations

from lrs_soap.rules.names.demographics import (
    DemographicsAgreement,
    DemographicsAsked,
    agreement_and_rule,
    compare_dates,
    genders_agree,
)
from lrs_soap.rules.names.keys import family_key, family_parts_in_any_order, given_key
from lrs_soap.rules.names.lookup_keys import FAMILY_ALIAS, FAMILY_PARTS, GIVEN_ALIAS, PREVIOUS_FAMILY, NameKeyRow
from lrs_soap.rules.names.matching import family_aliases, given_aliases, similar
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.agreement import (
    ALIAS,
    DATES_EQUAL,
    DIFFERENT,
    EQUAL,
    SIMILAR,
    Agreement,
    names_agreement,
)
from lrs_soap.rules.values.rule import Rule

_MAY_FIT = Rule.P7


class Candidates:
    """The candidates of one search.

    Look up `keys_by_date` with the date that was asked for, `keys_by_post_code` with `post_code`, the identity key of
    the postcode, and the date with `post_code` unless that is None. Show every row that they find to `rule_of`, in any
    order; of a learner with both `names`, one row of those that the date finds, or the postcode, is enough.
    """

    def __init__(self, asked: DemographicsAsked) -> None:
        self._asked = asked
        self._given = given_key(asked.given_name)
        self._given_aliases = given_aliases(asked.given_name, asked.preferred_given_name, asked.middle_other_name)
        self._family = family_key(asked.family_name)
        self._family_aliases = family_aliases(asked.family_name, asked.previous_family_name)
        given_as_family, family_as_given = family_key(asked.given_name), given_key(asked.family_name)
        # The family name and the given name of somebody whose names are swapped.
        self._swapped = (given_as_family, family_as_given) if given_as_family and family_as_given else None
        self._has_identifier = asked.has_identifier
        # The keys that show an ALIAS on a row of a certain kind.
        family_in_any_order = family_parts_in_any_order(asked.family_name)
        previous_family = family_key(asked.previous_family_name) if asked.previous_family_name else ""
        self._shown_by = {self._family: FAMILY_ALIAS, family_in_any_order: FAMILY_PARTS}
        self._shown_by[previous_family] = self._shown_by.get(previous_family, 0) | PREVIOUS_FAMILY
        # The learners whose alias was asked for, as far as rows have shown it. Two aliases are on two rows.
        self._with_given_alias: set[str] = set()
        self._with_family_alias: set[str] = set()
        self.near: list[tuple[NameKeyRow, DemographicsAgreement]] = []
        """The rows in which something agrees, and that fit no rule, or P7 perhaps; for `near_misses`."""

        post_code = postcode.identity_key(asked.last_known_post_code)
        self.post_code = None if post_code == postcode.UNKNOWN else post_code
        given = (self._given, *self._given_aliases)
        self.keys_by_date = _each_once(
            *given, self._family, *self._family_aliases, family_in_any_order, given_as_family
        )
        # A learner that a part of the asked family name would find agrees in the given name too, which finds it.
        by_post_code = _each_once(*given, self._family, family_in_any_order, previous_family)
        self.keys_by_post_code = () if self.post_code is None else by_post_code
        self.names = (self._given, self._family) if self._given and self._family else None
        """The keys of names that are both EQUAL to the asked ones. The first key finds everybody who has them."""

    def rule_of(self, row: NameKeyRow) -> Rule | None:
        """The first rule that the learner fits, as far as this row and those before it show; None if it fits none.

        The last row of a learner shows all but P7, for which P7 stands where it may fit: no row has an e-mail address,
        UPN or UCI.
        """
        date_of_birth, key, uln, kinds, post_code, gender, given_name, family_name = row
        if kinds & GIVEN_ALIAS and key == self._given:
            self._with_given_alias.add(uln)
        if kinds & self._shown_by.get(key, 0):
            self._with_family_alias.add(uln)
        asked = self._asked
        date = compare_dates(asked.date_of_birth, date_of_birth)
        is_here = post_code == self.post_code
        given = self._compare_given(uln, given_name)
        family = self._compare_family(uln, family_name)
        swapped = (family_name, given_name) == self._swapped
        if given is DIFFERENT and family is DIFFERENT and not swapped and not (is_here and date is DATES_EQUAL):
            return None
        # To find out whether names are SIMILAR takes longest.
        if given is DIFFERENT and similar(self._given, given_name):
            given = SIMILAR
        if family is DIFFERENT and similar(self._family, family_name):
            family = SIMILAR
        names, is_gender = names_agreement(given, family, swapped), genders_agree(asked.gender, gender)
        agreement, rule = agreement_and_rule(names, date, is_here, is_gender, self._has_identifier)
        if rule is None or rule is _MAY_FIT:
            self.near.append((row, agreement))
        return rule

    def _compare_given(self, uln: str, name: str) -> Agreement:
        if name == self._given != "":
            return EQUAL
        if uln in self._with_given_alias or (name and name in self._given_aliases):
            return ALIAS
        return DIFFERENT

    def _compare_family(self, uln: str, name: str) -> Agreement:
        if name == self._family != "":
            return EQUAL
        if uln in self._with_family_alias or (name and name in self._family_aliases):
            return ALIAS
        return DIFFERENT


def _each_once(*keys: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, keys)))

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
    compare_dates,
    genders_agree,
    post_codes_agree,
    rule_that_fits,
)
from lrs_soap.rules.names.keys import family_key, family_parts_in_any_order, given_key
from lrs_soap.rules.names.lookup_keys import FAMILY_ALIAS, FAMILY_PARTS, GIVEN_ALIAS, PREVIOUS_FAMILY, NameKey
from lrs_soap.rules.names.matching import asked_family_aliases, asked_given_aliases, similar
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.agreement import (
    ALIAS,
    DATES_EQUAL,
    DIFFERENT,
    EQUAL,
    SIMILAR,
    Agreement,
    NamesAgreement,
    names_agreement,
)
from lrs_soap.rules.values.rule import Rule


class Candidates:
    """The candidates of one search.

    Look up `keys_by_date` with the date that was asked for, `keys_by_post_code` with `post_code`, the identity key of
    the postcode, and the date with `post_code` unless that is None. Show every row that they find to `rule_of`, in any
    order.
    """

    def __init__(self, asked: DemographicsAsked) -> None:
        self._asked = asked
        names = asked.names
        self._given = given_key(asked.given_name)
        self._given_aliases = asked_given_aliases(names)
        self._family = family_key(asked.family_name)
        self._family_aliases = asked_family_aliases(names)
        self._swapped = (family_key(asked.given_name), given_key(asked.family_name))
        self._has_identifier = asked.has_identifier
        # The keys that show an ALIAS on a row of a certain kind.
        family_in_any_order = family_parts_in_any_order(asked.family_name)
        previous_family = family_key(asked.previous_family_name or "")
        self._shown_by = {self._family: FAMILY_ALIAS, family_in_any_order: FAMILY_PARTS}
        self._shown_by[previous_family] = self._shown_by.get(previous_family, 0) | PREVIOUS_FAMILY
        # The learners whose alias was asked for, as far as rows have shown it. Two aliases are on two rows.
        self._with_given_alias: set[str] = set()
        self._with_family_alias: set[str] = set()
        self.near: list[tuple[NameKey, DemographicsAgreement]] = []
        """The rows in which something agrees, and that fit no rule, or P7 perhaps; for `near_misses`."""

        post_code = postcode.identity_key(asked.last_known_post_code)
        self.post_code = None if post_code == postcode.UNKNOWN else post_code
        given = (self._given, *self._given_aliases)
        self.keys_by_date = _each_once(
            *given, self._family, *self._family_aliases, family_in_any_order, self._swapped[0]
        )
        # A learner that a part of the asked family name would find agrees in the given name too, which finds it.
        by_post_code = _each_once(*given, self._family, family_in_any_order, previous_family)
        self.keys_by_post_code = () if self.post_code is None else by_post_code

    def rule_of(self, row: NameKey) -> Rule | None:
        """The first rule that the learner fits, as far as this row and those before it show; None if it fits none.

        The last row of a learner shows all but P7, for which P7 stands where it may fit: no row has an e-mail address,
        UPN or UCI.
        """
        date = compare_dates(self._asked.date_of_birth, row.date_of_birth)
        is_here = self.post_code is not None and post_codes_agree(self.post_code, row.post_code)
        names = self._compare_names(row, both_similar=is_here and date is DATES_EQUAL)
        if names is None:
            return None
        agreement = DemographicsAgreement(
            names,
            date,
            is_here,
            genders_agree(self._asked.gender, row.gender),
            self._has_identifier,
        )
        rule = rule_that_fits(agreement)
        if rule is None or rule is Rule.P7:
            self.near.append((row, agreement))
        return rule

    def _compare_names(self, row: NameKey, *, both_similar: bool) -> NamesAgreement | None:
        """How the names agree, as far as the rows show; None if that is too little for any rule.

        `both_similar`: two names that are only SIMILAR are enough.
        """
        if row.kinds & GIVEN_ALIAS and row.key == self._given:
            self._with_given_alias.add(row.uln)
        if row.kinds & self._shown_by.get(row.key, 0):
            self._with_family_alias.add(row.uln)
        given = self._compare_given(row)
        family = self._compare_family(row)
        swapped = (row.family_name, row.given_name) == self._swapped and "" not in self._swapped
        if given is DIFFERENT and family is DIFFERENT and not (swapped or both_similar):
            return None
        # To find out whether names are SIMILAR takes longest.
        if given is DIFFERENT and similar(self._given, row.given_name):
            given = SIMILAR
        if family is DIFFERENT and similar(self._family, row.family_name):
            family = SIMILAR
        return names_agreement(given, family, swapped)

    def _compare_given(self, row: NameKey) -> Agreement:
        if self._given and row.given_name == self._given:
            return EQUAL
        if row.uln in self._with_given_alias or (row.given_name and row.given_name in self._given_aliases):
            return ALIAS
        return DIFFERENT

    def _compare_family(self, row: NameKey) -> Agreement:
        if self._family and row.family_name == self._family:
            return EQUAL
        if row.uln in self._with_family_alias or (row.family_name and row.family_name in self._family_aliases):
            return ALIAS
        return DIFFERENT


def _each_once(*keys: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, keys)))

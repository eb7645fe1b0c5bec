"""The candidates of a find by demographics: which keys to look up, and which of the rows found can match.

Each rule from P1 to P5 needs the date or the postcode, and one name that is EQUAL or an ALIAS, or both swapped. So a
date or a postcode, with one key of a name, finds everybody who fits a rule.

| rule           | found by                                                                          |
|----------------|-----------------------------------------------------------------------------------|
| P1, P3, P4     | the date and a key of the asked given name or of the asked family name            |
| P1, swapped    | the date and the asked given name, keyed as a family name                         |
| P2, P5         | the postcode and a key of the asked given name, or the asked family name's own key |
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
from lrs_soap.rules.names.keys import family_search_key, given_search_key
from lrs_soap.rules.names.lookup_keys import FAMILY_ALIAS, GIVEN_ALIAS, NameKey
from lrs_soap.rules.names.matching import asked_family_aliases, asked_given_aliases, similar
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.agreement import Agreement, NamesAgreement


class Candidates:
    """The candidates of one search.

    Look up `keys_by_date` with the date that was asked for, and `keys_by_post_code` with `post_code`, the identity key
    of the postcode. Show every row that they find to `fits`, in any order.
    """

    def __init__(self, asked: DemographicsAsked) -> None:
        self._asked = asked
        self._given = given_search_key(asked.given_name)
        self._given_aliases = asked_given_aliases(asked.names)
        self._family = family_search_key(asked.family_name)
        self._family_aliases = asked_family_aliases(asked.names)
        self._swapped = (family_search_key(asked.given_name), given_search_key(asked.family_name))
        # The learners whose alias was asked for, as far as rows have shown it. Two aliases are on two rows.
        self._with_given_alias: set[str] = set()
        self._with_family_alias: set[str] = set()

        self.post_code = postcode.identity_key(asked.last_known_post_code)
        given = (self._given, *self._given_aliases)
        self.keys_by_date = _each_once(*given, self._family, *self._family_aliases, self._swapped[0])
        # A learner that the asked family name's alias would find agrees in the given name too, which finds it already.
        self.keys_by_post_code = () if self.post_code == postcode.UNKNOWN else _each_once(*given, self._family)

    def fits(self, row: NameKey) -> bool:
        """Whether this row and those before it show that its learner fits a rule.

        A learner that fits is recognised by its last row at the latest.
        """
        names = self._compare_names(row)
        if names is None:
            return False
        agreement = DemographicsAgreement(
            names,
            compare_dates(self._asked.date_of_birth, row.date_of_birth),
            post_codes_agree(self.post_code, row.post_code),
            genders_agree(self._asked.gender, row.gender),
        )
        return rule_that_fits(agreement) is not None

    def _compare_names(self, row: NameKey) -> NamesAgreement | None:
        """How the names agree, as far as the rows show; None if that is too little for any rule."""
        if row.kinds & GIVEN_ALIAS and row.key == self._given:
            self._with_given_alias.add(row.uln)
        if row.kinds & FAMILY_ALIAS and row.key == self._family:
            self._with_family_alias.add(row.uln)
        given = self._compare_given(row)
        family = self._compare_family(row)
        swapped = (row.family_name, row.given_name) == self._swapped and "" not in self._swapped
        if given is Agreement.DIFFERENT and family is Agreement.DIFFERENT and not swapped:
            return None
        # SIMILAR counts only beside a name that is EQUAL or an ALIAS, and takes longest to find out.
        if given is Agreement.DIFFERENT and similar(self._given, row.given_name):
            given = Agreement.SIMILAR
        elif family is Agreement.DIFFERENT and similar(self._family, row.family_name):
            family = Agreement.SIMILAR
        return NamesAgreement(given, family, swapped)

    def _compare_given(self, row: NameKey) -> Agreement:
        if self._given and row.given_name == self._given:
            return Agreement.EQUAL
        if row.uln in self._with_given_alias or (row.given_name and row.given_name in self._given_aliases):
            return Agreement.ALIAS
        return Agreement.DIFFERENT

    def _compare_family(self, row: NameKey) -> Agreement:
        if self._family and row.family_name == self._family:
            return Agreement.EQUAL
        if row.uln in self._with_family_alias or (row.family_name and row.family_name in self._family_aliases):
            return Agreement.ALIAS
        return Agreement.DIFFERENT


def _each_once(*keys: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, keys)))

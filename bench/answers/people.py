"""Learners and organisations to ask for: those of the starting data, and ones that are made up."""

from __future__ import annotations

from collections.abc import Mapping

from bench.answers.messages import TEST_COLLEGE, Who

Person = Mapping[str, str]


def _person(line: str) -> Person:
    uln, given, family, born, gender, postcode, verification, share, version = line.split(",")
    return {
        "ULN": uln,
        "GivenName": given,
        "FamilyName": family,
        "DateOfBirth": born,
        "Gender": gender,
        "LastKnownPostCode": postcode,
        "VerificationType": verification,
        "AbilityToShare": share,
        "VersionNumber": version,
    }


GRACE = _person("4170265830,Grace,Okafor,2005-03-14,2,LS1 4AP,1,1,1")
PEOPLE: tuple[Person, ...] = (
    GRACE,
    {
        **_person("5629103473,Rowan,Thackeray,2004-11-02,1,YO21 3PR,999,1,4"),
        "OtherVerificationDescription": "Armed forces identity card",
    },
    _person("6382750203,Zoë-Marie,Núñez-O’Hara,2006-07-30,2,BS8 1TH,1,1,1"),
    _person("7053182648,Callum,MacPherson,2003-12-09,1,EH6 7QT,1,1,1"),
    _person("8294601755,Margaret,Hartley,1988-05-21,2,CF10 2HQ,2,1,1"),
    _person("9140837261,Priya,Raman,2002-02-28,2,LE2 7LB,2,1,1"),
    _person("2865174033,Priya,Iyer,2002-02-28,2,LE2 7LB,1,1,1"),
    _person("3496281501,Pria,Raman,2002-02-28,2,LE3 9QH,1,1,1"),
    _person("4739516283,Tobias,Fenwick,2005-10-17,1,NR3 1JE,1,1,2"),
    _person("5918043623,Imogen,Sallis,2007-01-05,2,PL4 8AA,1,0,1"),
    _person("6602379142,Declan,Rourke,1999-08-23,1,L8 5SN,3,2,1"),
    _person("7528960313,Hester,Quayle,1961-04-01,9,ZZ99 9ZZ,1,1,3"),
    _person("8031459273,Samuel,Adeyemi,2004-02-29,1,BFPO 12,4,1,1"),
    _person("3968335782,Isla,Thornbury,2004-06-17,2,YO31 8RN,1,1,1"),
    _person("6238596030,Daniel,Ashworth,2001-01-01,1,BN1 4ZT,1,1,1"),
    _person("3256480631,Olivia,Hughes,2000-01-01,2,BA1 5LW,1,1,1"),
    _person("6835192746,Gwendolen,Marsh,1993-09-21,2,SA1 3SN,1,1,1"),
)
"""Learners of the starting data, among them linked, deleted and closed ones and one who shares nothing."""

NOBODY = "2719305803"
"""A ULN with a right check digit that nobody has."""

STRANGERS: Mapping[str, Who] = {
    "a wrong password": Who(password="ViewOnlyPass0002"),
    "a short password": Who(password="short"),
    "no password": Who(password=None),
    "an unknown organisation": Who(ukprn="10000001"),
    "a suspended organisation": Who(ukprn="TEST0003", password="SuspendedPass003"),
    "a suspended organisation's wrong password": Who(ukprn="TEST0003"),
    "an organisation that may only view": Who(ukprn="TEST0002", password="ViewOnlyPass0002"),
    "an organisation without access to records": Who(ukprn="TEST0004", password="WithoutPlrPass04"),
    "an organisation by its reference": Who(ukprn=None, reference="TST001"),
    "both codes of an organisation": Who(reference="TST001"),
    "the codes of two organisations": Who(reference="TST002"),
    "a UKPRN in place of the reference": Who(ukprn=None, reference="TEST0001"),
    "a UKPRN as UKPRN and reference": Who(reference="test0001"),
    "the UKPRN of another in place of the reference": Who(reference="TEST0002"),
    "an unknown reference": Who(ukprn=None, reference="XXX999"),
    "no organisation": Who(ukprn=None),
    "a UKPRN in small letters": Who(ukprn="test0001"),
    "a UKPRN of seven characters": Who(ukprn="TEST001"),
    "an empty UKPRN": Who(ukprn=""),
    "no user": Who(user=None),
    "an empty user": Who(user=""),
    "a user of 36 characters": Who(user="u" * 36),
    "a user whose name is markup": Who(user="<O'Neill & Sons>"),
}
"""Callers whom some or all operations refuse, and callers who name themselves in an unusual way."""

ANYBODY: tuple[Who, ...] = (TEST_COLLEGE, TEST_COLLEGE, TEST_COLLEGE, Who(user="someone else"), Who(reference="TST001"))

_SYLLABLES = ("bab", "cof", "dig", "fup", "gem", "hol", "jas", "kir", "lut", "mev")


def made_up(number: int) -> dict[str, str]:
    """Return an unknown learner. Names of different numbers differ by more than a typing error, and sound different."""
    name = "".join(_SYLLABLES[int(digit)] for digit in f"{number:03}")
    return {
        "GivenName": f"{name}a".title(),
        "FamilyName": f"{name[::-1]}on".title(),
        "LastKnownPostCode": f"LS{number % 9 + 1} {number % 7 + 1}A{'ABDEF'[number % 5]}",
        "DateOfBirth": f"{1960 + number % 45}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "Gender": "1209"[number % 4],
        "VerificationType": str(number % 8),
        "AbilityToShare": "1",
    }

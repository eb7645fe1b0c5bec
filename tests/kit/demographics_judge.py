"""The judge of find by demographics: its rules word for word, applied to every learner one by one.

Written apart from `lrs_soap.rules`, of which it knows the learner and no function: slow, and plain to read. Only the
code of a sound, Metaphone, comes from the same library.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from jellyfish import metaphone

from lrs_soap.rules.values.learner import Learner

DIFFERENT, SIMILAR, ALIAS, EQUAL = "different", "similar", "alias", "equal"
NAME_COUNTS = {EQUAL: 30, ALIAS: 25, SIMILAR: 15, DIFFERENT: 0}
NOBODY_S_POST_CODE = "ZZ999ZZ"


@dataclass(frozen=True)
class Question:
    given: str
    family: str
    birth: str
    gender: str
    post_code: str
    previous_family: str | None = None
    school: str | None = None
    place_of_birth: str | None = None
    email: str | None = None
    preferred_given: str | None = None
    middle: str | None = None
    upn: str | None = None
    uci: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What is to be answered: the code, the ULNs in order, those among them that stand in for others, and why.

    `fitting` has, in order, the ULN, rule and score of each learner who fits a rule, and the ULN that it leads to, for
    those who are answered; where there are too many learners it has all but those who fit P6 alone.
    """

    code: str
    ulns: list[str]
    substitutes: set[str]
    fitting: list[tuple[str, str, int, str]]


def judge(question: Question, register: Iterable[Learner], today: date) -> Verdict:
    living = [learner for learner in register if learner.learner_status != "2"]
    for learner in living:
        if identity_of(learner) == identity_of_question(question):
            if learner.master_uln:
                return Verdict("WSRC0022", [learner.master_uln], {learner.master_uln}, [])
            return Verdict("WSRC0004", [learner.uln], set(), [])

    if is_sixteen_or_older(question.birth, today):
        question = replace(question, upn=None)
    led_to: dict[str, list[tuple[str, str, int]]] = {}
    for learner in living:
        rule = first_rule(question, learner)
        if rule is not None:
            entry = (learner.uln, rule, score(question, learner))
            led_to.setdefault(learner.master_uln or learner.uln, []).append(entry)
    for entries in led_to.values():
        entries.sort(key=lambda entry: (-entry[2], entry[0]))
    order = sorted(led_to, key=lambda uln: (-led_to[uln][0][2], uln))
    relatives = [uln for uln in order if all(rule == "P6" for _, rule, _ in led_to[uln])]
    others = [uln for uln in order if uln not in relatives]

    if len(others) > 10:
        return Verdict("WSRC0002", [], set(), [(*entry, uln) for uln in others for entry in led_to[uln]])
    answered = others + relatives[: 10 - len(others)]
    answered = [uln for uln in order if uln in answered]
    if not answered:
        return Verdict("WSRC0001", [], set(), [])
    substitutes = {uln for uln in answered if uln not in [entry[0] for entry in led_to[uln]]}
    return Verdict("WSRC0003", answered, substitutes, [(*entry, uln) for uln in answered for entry in led_to[uln]])


def identity_of(learner: Learner) -> tuple[str, ...]:
    return (
        identity_key(learner.given_name),
        identity_key(learner.family_name),
        learner.date_of_birth,
        learner.gender,
        post_code_key(learner.last_known_post_code),
    )


def identity_of_question(question: Question) -> tuple[str, ...]:
    return (
        identity_key(question.given),
        identity_key(question.family),
        question.birth,
        question.gender,
        post_code_key(question.post_code),
    )


def first_rule(question: Question, learner: Learner) -> str | None:
    given, family = given_agreement(question, learner), family_agreement(question, learner)
    date_of_birth = date_agreement(question.birth, learner.date_of_birth)
    post_code = same_post_code(question, learner)
    good = (EQUAL, ALIAS)
    if date_of_birth == EQUAL:
        if swapped(question, learner):
            return "P1"
        if given != DIFFERENT and family != DIFFERENT:
            if given in good or family in good:
                return "P1"
            if post_code:
                return "P1"
    if given in good and family in good and date_of_birth == "near" and post_code:
        return "P2"
    if given in good and date_of_birth == EQUAL and post_code and same_gender(question, learner):
        return "P3"
    if family == EQUAL and date_of_birth == EQUAL and post_code:
        return "P4"
    if given == EQUAL and family == EQUAL and post_code:
        return "P5"
    if family == EQUAL and post_code:
        return "P6"
    if date_of_birth == EQUAL and (given in good or family in good):
        for sent, held in (
            (question.email, learner.email_address),
            (question.upn, learner.unique_pupil_number),
            (question.uci, learner.unique_candidate_identifier),
        ):
            if both_there_and_equal(sent, held):
                return "P7"
    return None


def score(question: Question, learner: Learner) -> int:
    names = NAME_COUNTS[given_agreement(question, learner)] + NAME_COUNTS[family_agreement(question, learner)]
    if swapped(question, learner):
        names = max(names, 40)
    total = names + {EQUAL: 25, "near": 12, DIFFERENT: 0}[date_agreement(question.birth, learner.date_of_birth)]
    total += 10 if same_post_code(question, learner) else 0
    total += 5 if same_gender(question, learner) else 0
    for sent, held in (
        (question.previous_family, learner.previous_family_name),
        (question.school, learner.school_at_age_16),
        (question.place_of_birth, learner.place_of_birth),
        (question.email, learner.email_address),
        (question.preferred_given, learner.preferred_given_name),
        (question.middle, learner.middle_other_name),
        (question.upn, learner.unique_pupil_number),
        (question.uci, learner.unique_candidate_identifier),
    ):
        if both_there_and_equal(sent, held):
            total += 5
    return total


def both_there_and_equal(sent: str | None, held: str | None) -> bool:
    return (
        sent is not None and held is not None and identity_key(sent) != "" and identity_key(sent) == identity_key(held)
    )


def is_sixteen_or_older(birth: str, today: date) -> bool:
    year, month, day = map(int, birth.split("-"))
    return (today.year - 16, today.month, today.day) >= (year, month, day)


# Names


def equal_given(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    if given_key(one) and given_key(one) == given_key(other):
        return True
    return identity_key(one) != "" and identity_key(one) == identity_key(other)


def equal_family(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    if family_key(one) and family_key(one) == family_key(other):
        return True
    return identity_key(one) != "" and identity_key(one) == identity_key(other)


def given_agreement(question: Question, learner: Learner) -> str:
    asked, held = question.given, learner.given_name
    if equal_given(asked, held):
        return EQUAL
    held_others = [learner.preferred_given_name, *words(learner.middle_other_name)]
    if any(equal_given(asked, other) for other in held_others):
        return ALIAS
    asked_others = [question.preferred_given, *words(question.middle)]
    if any(equal_given(other, held) for other in asked_others):
        return ALIAS
    if given_key(asked) in given_parts(held) or given_key(held) in given_parts(asked):
        return ALIAS
    return SIMILAR if similar(given_key(asked), given_key(held)) else DIFFERENT


def family_agreement(question: Question, learner: Learner) -> str:
    asked, held = question.family, learner.family_name
    if equal_family(asked, held):
        return EQUAL
    if equal_family(asked, learner.previous_family_name) or equal_family(asked, learner.family_name_at_age_16):
        return ALIAS
    if equal_family(question.previous_family, held):
        return ALIAS
    if equal_family(question.previous_family, learner.previous_family_name):
        return ALIAS
    if family_key(asked) in family_parts(held) or family_key(held) in family_parts(asked):
        return ALIAS
    if len(family_parts(asked)) >= 2 and sorted(family_parts(asked)) == sorted(family_parts(held)):
        return ALIAS
    return SIMILAR if similar(family_key(asked), family_key(held)) else DIFFERENT


def swapped(question: Question, learner: Learner) -> bool:
    return equal_family(question.given, learner.family_name) and equal_given(question.family, learner.given_name)


def similar(one: str, other: str) -> bool:
    fewest = min(count_letters(one), count_letters(other))
    if fewest >= 4 and distance(one, other) <= 1:
        return True
    if fewest >= 8 and distance(one, other) <= 2:
        return True
    plain = all("a" <= character <= "z" for character in one + other)
    return plain and fewest >= 3 and one[0] == other[0] and metaphone(one) == metaphone(other) != ""


def distance(one: str, other: str) -> int:
    """Optimal string alignment, from the table of its definition."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if i == 0 or j == 0:
                table[i][j] = i + j
                continue
            cost = 0 if one[i - 1] == other[j - 1] else 1
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + cost)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


# Keys


def identity_key(text: str) -> str:
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    for apostrophe in "’‘`":
        text = text.replace(apostrophe, "'")
    text = "".join("-" if unicodedata.category(each) == "Pd" or each == "\u2212" else each for each in text)
    return " ".join(text.split())


def letters_and_digits(text: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in taken_apart if each.isalpha() or each.isdigit())


def count_letters(key: str) -> int:
    return len([each for each in key if each.isalpha()])


def pieces(text: str) -> list[str]:
    keyed = [letters_and_digits(piece) for piece in identity_key(text).replace("-", " ").split(" ")]
    return [piece for piece in keyed if piece]


def family_pieces(text: str) -> list[str]:
    found = pieces(text)
    if len(found) > 1 and found[0] == "saint":
        found[0] = "st"
    return found


def mac(key: str) -> str:
    following = key[3:6]
    if key[:3] == "mac" and len(following) == 3 and count_letters(following) == 3:
        return "mc" + key[3:]
    return key


def given_key(text: str) -> str:
    return "".join(pieces(text))


def family_key(text: str) -> str:
    return mac("".join(family_pieces(text)))


def words(text: str | None) -> list[str]:
    return identity_key(text or "").split(" ")


def given_parts(text: str) -> list[str]:
    if len(pieces(text)) < 2:
        return []
    return [piece for piece in pieces(text) if count_letters(piece) >= 3]


def family_parts(text: str) -> list[str]:
    if len(pieces(text)) < 2:
        return []
    return [part for part in map(mac, family_pieces(text)) if count_letters(part) >= 3]


# The rest


def date_agreement(one: str, other: str) -> str:
    if one == other:
        return EQUAL
    year, month, day = one.split("-")
    other_year, other_month, other_day = other.split("-")
    if year == other_year and month == other_day and day == other_month:
        return "near"
    if [year == other_year, month == other_month, day == other_day].count(False) == 1:
        return "near"
    if year == other_year and (one.endswith("-01-01") or other.endswith("-01-01")):
        return "near"
    return DIFFERENT


def post_code_key(text: str) -> str:
    return "".join(text.upper().split())


def same_post_code(question: Question, learner: Learner) -> bool:
    key = post_code_key(question.post_code)
    return key == post_code_key(learner.last_known_post_code) and key != NOBODY_S_POST_CODE


def same_gender(question: Question, learner: Learner) -> bool:
    return question.gender == learner.gender or question.gender in "09" or learner.gender in "09"

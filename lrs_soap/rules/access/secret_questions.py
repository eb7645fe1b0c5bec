"""Secret questions: by the answer, a user who forgot the password is known, also to a Super User on the telephone."""

from __future__ import annotations

from unicodedata import normalize

QUESTIONS = (
    "What is your mother's maiden name?",
    "What was the name of your first school?",
    "What was the name of your first pet?",
    "In which town or city were you born?",
    "What was the make of your first car?",
    "What is the name of the street where you grew up?",
    "What is your favourite book?",
    "What is your favourite film?",
)
"""The questions from which a user chooses."""

LONGEST_ANSWER = 100
"""An answer has so many characters at most."""


def canonical_answer(answer: str) -> str:
    """An answer as it is compared: without case, and with single spaces. It is empty for a blank answer."""
    folded = normalize("NFKC", normalize("NFKC", answer).casefold())
    return " ".join(folded.split())


def question_for_nobody(number: int) -> str:
    """The question that somebody unknown is asked, so that nobody learns who is known. A number gets the same one."""
    return QUESTIONS[number % len(QUESTIONS)]

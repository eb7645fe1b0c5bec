"""The validation against Java's own Xerces, whose first message the live service quotes: word for word the same.

Needs java, and the contract's documents: the older schemas, and the program that asks Xerces.
"""

from __future__ import annotations

import inspect
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from lrs_soap.wsdl import xerces
from lrs_soap.wsdl.reading import Reader
from tests.kit.contract_documents import document, needs_documents
from tests.wsdl.broken_messages import REQUESTS, Kind, Sample, parsed, samples, violations

VECTORS = Path(__file__).with_name("validation_vectors.jsonl")

# What Xerces adds to each message about the value of an element or an attribute.
LEFT_OUT = ("cvc-type.3.1.3:", "cvc-attribute.3:")

LEAST_SAMPLES = 5_000

pytestmark = [
    pytest.mark.slow,
    needs_documents,
    pytest.mark.skipif(not shutil.which("java"), reason="java is not installed"),
]


def ask_xerces(messages: dict[str, str], folder: Path) -> dict[str, list[str]]:
    """Everything that Xerces says of each message, by the message's name."""
    file = folder / "messages.txt"
    file.write_text("".join(f"@@ {name}\n{text}\n" for name, text in messages.items()), "utf-8", newline="")
    oracle, schemas = document("tools", "xerces", "XsdOracle.java"), document("contract", "legacy-facets")
    java = ["java", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", oracle, schemas, file]
    output = subprocess.run(java, check=True, capture_output=True).stdout.decode()
    said: dict[str, list[str]] = {}
    for answer in output[len("## ") :].removesuffix("\n").split("\n## "):
        name, *lines = answer.split("\n   ")
        said[name] = lines
    return said


@pytest.fixture(scope="module")
def sent() -> list[Sample]:
    return list(samples())


@pytest.fixture(scope="module")
def vectors() -> list[dict[str, str]]:
    return [json.loads(line) for line in VECTORS.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def theirs(
    sent: list[Sample], vectors: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    messages = {sample.name: sample.text for sample in sent}
    messages |= {f"vector {vector['name']}": vector["message"] for vector in vectors}
    said = ask_xerces(messages, tmp_path_factory.mktemp("xerces"))
    assert list(said) == list(messages)
    return said


@pytest.fixture(scope="module")
def ours(sent: list[Sample]) -> dict[str, list[str]]:
    reader = Reader(REQUESTS)
    return {sample.name: [each.message for each in violations(reader, sample.text)] for sample in sent}


def differences(sent: list[Sample], ours: dict[str, list[str]], theirs: dict[str, list[str]]) -> list[str]:
    """Each message that the two answer differently, with both answers."""
    return [
        f"{sample.name}\n  {sample.text[:3000]}\n  ours   {ours[sample.name]}\n  theirs {theirs[sample.name]}"
        for sample in sent
        if ours[sample.name] != theirs[sample.name]
    ]


def has_another_message_inside(sample: Sample) -> bool:
    root = parsed(sample.text)
    return root.find(f".//{root.tag}") is not None


def code_of(message: str) -> str:
    return message.partition(":")[0]


def test_the_first_message_is_that_of_xerces(
    sent: list[Sample], ours: dict[str, list[str]], theirs: dict[str, list[str]]
) -> None:
    our_first = {name: messages[:1] for name, messages in ours.items()}
    their_first = {name: messages[:1] for name, messages in theirs.items()}
    differing = differences(sent, our_first, their_first)
    assert not differing, f"{len(differing)} of {len(sent)} differ:\n" + "\n".join(differing[:5])


def test_every_message_is_that_of_xerces(
    sent: list[Sample], ours: dict[str, list[str]], theirs: dict[str, list[str]]
) -> None:
    """But for those where a value holds a whole message: of that value Xerces says what it has read last inside."""
    alike = [sample for sample in sent if not has_another_message_inside(sample)]
    told = {name: [each for each in messages if not each.startswith(LEFT_OUT)] for name, messages in theirs.items()}
    differing = differences(alike, ours, told)
    assert not differing, f"{len(differing)} of {len(alike)} differ:\n" + "\n".join(differing[:5])


def test_the_vectors_say_what_xerces_says(vectors: list[dict[str, str]], theirs: dict[str, list[str]]) -> None:
    """The expected first messages that `test_validation_vectors.py` goes by, where there is no java."""
    wrong = [vector for vector in vectors if [vector["expected"]] != (theirs[f"vector {vector['name']}"][:1] or [""])]
    assert not wrong, f"{len(wrong)} of {len(vectors)} differ, the first of them: {wrong[0]}"


def test_there_are_enough_messages_and_some_are_valid(sent: list[Sample], theirs: dict[str, list[str]]) -> None:
    valid = sum(not theirs[sample.name] for sample in sent)
    assert len(sent) >= LEAST_SAMPLES
    assert valid >= len(sent) // 10
    assert len(sent) - valid >= len(sent) // 2


def test_nothing_was_ill_formed(theirs: dict[str, list[str]]) -> None:
    assert not [name for name, messages in theirs.items() if any(each.startswith("FATAL") for each in messages)]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_break_was_made_and_was_the_only_one(kind: Kind, sent: list[Sample]) -> None:
    assert any(sample.kinds == (kind,) for sample in sent)


@pytest.mark.parametrize("request_tag", REQUESTS)
def test_every_operation_was_sent_valid_and_broken(
    request_tag: str, sent: list[Sample], theirs: dict[str, list[str]]
) -> None:
    name = etree.QName(request_tag).localname
    of_the_operation = [sample for sample in sent if sample.name.startswith(f"{name} ")]
    assert any(not theirs[sample.name] for sample in of_the_operation)
    assert sum(bool(theirs[sample.name]) for sample in of_the_operation) > 200


def sentences() -> list[Callable[..., str]]:
    """Every function of `xerces` that says something of a message, each of which takes what it quotes."""
    functions = [
        each for _, each in inspect.getmembers(xerces, inspect.isfunction) if each.__module__ == xerces.__name__
    ]
    return [each for each in functions if not each.__name__.startswith("_") and each is not xerces.expanded]


@pytest.mark.parametrize("sentence", sentences(), ids=lambda sentence: sentence.__name__)
def test_every_sentence_was_the_first_about_a_message(
    sentence: Callable[..., str], theirs: dict[str, list[str]]
) -> None:
    example = sentence(*("x" for _ in inspect.signature(sentence).parameters))
    assert any(messages and code_of(messages[0]) == code_of(example) for messages in theirs.values())

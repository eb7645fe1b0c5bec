"""The validation by vectors: messages with the first thing that Xerces says of each, for where there is no java."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lrs_soap.wsdl.reading import Reader
from tests.wsdl.broken_messages import REQUESTS, first_message

VECTORS = [
    json.loads(line) for line in Path(__file__).with_name("validation_vectors.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(REQUESTS)


def test_the_first_message_is_that_of_xerces(reader: Reader) -> None:
    answers = ((vector, first_message(reader, vector["message"])) for vector in VECTORS)
    differing = [
        f"{vector['name']}\n  {vector['message']}\n  ours     {answer}\n  expected {vector['expected']}"
        for vector, answer in answers
        if answer != vector["expected"]
    ]
    assert not differing, f"{len(differing)} of {len(VECTORS)} differ:\n" + "\n".join(differing[:5])


def test_the_vectors_are_many_and_of_every_operation() -> None:
    assert len(VECTORS) >= 1_500
    names = {vector["name"].partition(" ")[0] for vector in VECTORS}
    assert names == {tag.partition("}")[2] for tag in REQUESTS}
    assert sum(vector["expected"] == "" for vector in VECTORS) >= 300

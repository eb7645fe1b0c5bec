"""Worlds that a client reaches at the server's root by the subject of its certificate."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from lrs_soap.control.client import ControlClient, ControlFailed
from tests.kit.certificates import Certificates
from tests.kit.databases import new_database
from tests.kit.https_client import ask, post, trusting
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE, Answer, envelope, find_by_uln, register

FIND = envelope(find_by_uln())
_ASKED = 4


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.made_in(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def tls(certificates: Certificates) -> ssl.SSLContext:
    return trusting(certificates.ca, certificates.client)


@pytest.fixture(scope="module")
def subject(certificates: Certificates) -> str:
    """That of the client's certificate, with a comma in a name."""
    found = x509.load_pem_x509_certificate(certificates.client.read_bytes()).subject.rfc4514_string()
    assert found.startswith(r"CN=vendor\, one,")
    return found


@pytest.fixture(scope="module")
def url(database_kind: str, certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with two processes, and HTTPS that asks for certificates."""
    folder = tmp_path_factory.mktemp("certificate-subjects")
    flags = (*certificates.flags_for_clients, "--processes", "2", "--batch-workers", "0")
    with (
        new_database(database_kind, folder) as database,
        RunningServer(folder, *flags, database_url=database) as server,
    ):
        yield server.url


@pytest.fixture
def control(url: str, tls: ssl.SSLContext) -> Iterator[ControlClient]:
    """A server without worlds beside `main`."""
    with ControlClient(url, tls=tls) as control:
        yield control
        for world in control.worlds():
            if world["name"] != "main":
                control.delete_world(world["name"])
        control.world().change_policy({"certificate_subjects": None})


def worlds_of(control: ControlClient, answers: list[Answer]) -> set[str]:
    """The worlds in whose journals these answers are."""
    ids = {answer.headers["lrs-exchange"] for answer in answers}
    names = [world["name"] for world in control.worlds()]
    return {name for name in names for each in control.world(name).exchanges() if each["id"] in ids}


def asked(url: str, tls: ssl.SSLContext) -> list[Answer]:
    """Answers by whichever process, at the root."""
    return [post(url, tls, FIND) for _ in range(_ASKED)]


def claim(control: ControlClient, world: str, *subjects: str) -> Any:
    return control.world(world).change_policy({"certificate_subjects": list(subjects)})["certificate_subjects"]


def test_the_subject_of_a_certificate_leads_to_the_world_that_claims_it(
    url: str, tls: ssl.SSLContext, subject: str, control: ControlClient
) -> None:
    control.make_world("team-a")
    (answer,) = asked(url, tls)[:1]
    (exchange,) = [each for each in control.world().exchanges() if each["id"] == answer.headers["lrs-exchange"]]
    assert exchange["certificate"] == subject
    assert worlds_of(control, asked(url, tls)) == {"main"}

    assert claim(control, "team-a", "CN=another", subject) == ["CN=another", subject]
    answers = asked(url, tls)
    assert worlds_of(control, answers) == {"team-a"}
    assert control.world("team-a").exchange(answers[0].headers["lrs-exchange"])["certificate"] == subject
    assert post(url, tls, envelope(register())).text("ResponseCode") == "WSRC0005"
    assert control.world().learners(family_name="fairbairn") == []
    document = ask(url, tls, "GET", f"{LEARNER_SERVICE}?wsdl").body.decode()
    assert f'location="{url}{LEARNER_SERVICE}"' in document

    claim(control, "team-a", "CN=another")
    assert worlds_of(control, asked(url, tls)) == {"main"}


def test_what_two_worlds_claim_is_a_conflict(
    url: str, tls: ssl.SSLContext, subject: str, control: ControlClient
) -> None:
    first, second = control.make_world("team-a"), control.make_world("team-b")
    claim(control, "team-a", subject)
    with pytest.raises(ControlFailed, match=r"The world 'team-a' claims the certificate .* already") as refused:
        claim(control, "team-b", "CN=free", subject)
    assert refused.value.status == 409
    assert second.policy()["certificate_subjects"] == []
    with pytest.raises(ControlFailed, match="'team-a'"):
        claim(control, "main", subject)
    assert claim(control, "team-a", subject) == [subject]

    # A snapshot brings back what another world claims by now.
    first.take_snapshot("claimed")
    claim(control, "team-a")
    claim(control, "team-b", subject)
    assert worlds_of(control, asked(url, tls)) == {"team-b"}
    first.restore("claimed")
    for answer in asked(url, tls):
        assert answer.status == 409
        assert "is claimed by the worlds 'team-a' and 'team-b'" in answer.body.decode()
    first.reset()
    assert worlds_of(control, asked(url, tls)) == {"team-b"}
    control.delete_world("team-b")
    assert worlds_of(control, asked(url, tls)) == {"main"}
    claim(control, "team-a", subject)


def test_a_world_like_a_snapshot_claims_nothing(
    url: str, tls: ssl.SSLContext, subject: str, control: ControlClient
) -> None:
    claim(control, "main", subject)
    assert worlds_of(control, asked(url, tls)) == {"main"}
    control.world().take_snapshot("claiming")
    made = control.make_world("copy", like="claiming")
    assert made.policy()["certificate_subjects"] == []
    assert worlds_of(control, asked(url, tls)) == {"main"}
    control.world().delete_snapshot("claiming")


@pytest.mark.slow
def test_without_a_client_s_certificate_no_subject_matters(
    certificates: Certificates, subject: str, tmp_path: Path
) -> None:
    context = trusting(certificates.ca)
    with (
        RunningServer(tmp_path, *certificates.flags, "--batch-workers", "0") as server,
        ControlClient(server.url, tls=context) as control,
    ):
        control.make_world("team-a")
        claim(control, "team-a", subject, "")
        assert worlds_of(control, asked(server.url, context)) == {"main"}

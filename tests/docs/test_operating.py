"""What docs/operating.md says of the settings and of the metrics is what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lrs_soap import settings
from lrs_soap.batch.backlog import Backlog
from lrs_soap.exchange.metrics import Metrics
from lrs_soap.server import tls
from lrs_soap.server.exposition import exposition
from lrs_soap.server.process_counts import ProcessCounts
from lrs_soap.server.shared import Shared
from lrs_soap.settings import Settings
from tests.kit.certificates import Certificates
from tests.kit.documents import Document

DOCUMENT = Document("docs/operating.md")
OPERATING = DOCUMENT.section("Settings")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_there_with_its_default(name: str) -> None:
    default = settings.shown(Settings.model_fields[name].default)
    row = f"| `{name}` | {f'`{default}`' if default else ''} |"
    assert row in OPERATING


def test_the_table_is_the_one_that_is_printed() -> None:
    assert settings.as_markdown() in OPERATING, "put what `lrs-soap settings --markdown` prints in its place"


def test_the_metrics_are_these_and_the_alerts_are_about_them(tmp_path: Path) -> None:
    made = Certificates.made_in(tmp_path)
    metrics = Metrics()
    shared = Shared(
        metrics=metrics,
        processes=ProcessCounts(["server"]),
        connections=lambda: 0,
        certificates=tls.Certificates(made.server, made.key, None),
    )
    families = text_string_to_metric_families(exposition(metrics, shared, Backlog(0, 0, 1, 0)).decode())
    exposed = {f"{each.name}_total" if each.type == "counter" else each.name for each in families}

    rows = DOCUMENT.rows("Watching", "metric", "labels", "what it says")
    assert {name.strip("`") for name, _, _ in rows} == exposed
    asked = set(
        re.findall(r"lrs_soap_[a-z_]+", DOCUMENT.section("Watching").partition("groups:")[2].partition("```")[0])
    )
    assert asked <= exposed

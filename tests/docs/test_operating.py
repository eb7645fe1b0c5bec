"""What docs/operating.md says of the settings is what the program says."""

from __future__ import annotations

import pytest

from lrs_soap import settings
from lrs_soap.settings import Settings
from tests.kit.documents import Document

OPERATING = Document("docs/operating.md").section("Settings")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_there_with_its_default(name: str) -> None:
    default = settings.shown(Settings.model_fields[name].default)
    row = f"| `{name}` | {f'`{default}`' if default else ''} |"
    assert row in OPERATING


def test_the_table_is_the_one_that_is_printed() -> None:
    assert settings.as_markdown() in OPERATING, "put what `lrs-soap settings --markdown` prints in its place"

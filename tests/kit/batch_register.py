"""The learners whom tests of batch records find in the register."""

from __future__ import annotations

from lrs_soap.rules.values.learner import DELETED, Learner

ANNE, BETH, OTHER, LINKED, GONE = "1000000019", "1000000027", "1000000035", "1000000043", "1000000051"
UNHELD = "1000000078"
"""A ULN that nobody has."""

HELD = Learner(
    ANNE,
    "Anne-Marie",
    "O'Hara",
    "2006-07-30",
    "2",
    "BS8 1TH",
    "1",
    "2020-01-01",
    "2021-02-03",
    version_number=7,
    title="Ms",
    verification_type="1",
    notes="She has moved.",
)

LEARNERS = (
    HELD,
    HELD._replace(uln=BETH, given_name="Beth", ability_to_share="2"),
    HELD._replace(uln=OTHER, given_name="Siobhan", family_name="Whitlock"),
    HELD._replace(uln=LINKED, given_name="Shiv", family_name="Whitlock", master_uln=OTHER),
    HELD._replace(uln=GONE, family_name="Iyer", learner_status=DELETED),
)
"""A learner and her twin, another with a linked one, and one who is deleted."""

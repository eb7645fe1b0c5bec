"""A Personal Learning Record as the messages of LearnerServiceR9 ask for it and have it."""

from __future__ import annotations

from lrs_soap.operations.learning_events import Asked, HandedOut
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.learning_record import cells_of
from lrs_soap.services.invoking_organisation import given
from lrs_soap.wsdl.messages import model, tempuri

# The getType that asks for the few fields that every event has, and the language that asks for Welsh.
_BRIEF, _WELSH = "BRIEF", "CYM"


def asked_of(request: tempuri.GetLearnerLearningEvents) -> Asked:
    """Whose record is asked for; a date of birth or a gender that is blank was not sent."""
    details = ToVerify(request.givenName, request.familyName, given(request.dateOfBirth), given(request.gender))
    return Asked(request.uln or "", details, request.userType)


def record_message(
    request: tempuri.GetLearnerLearningEvents, record: HandedOut
) -> model.GetLearnerLearningEventsResponse:
    """The answer's result: where there is nothing to show, with an empty record."""
    cells = cells_of(record.events, is_brief=request.getType == _BRIEF, is_welsh=request.language.upper() == _WELSH)
    return model.GetLearnerLearningEventsResponse(
        ResponseCode=record.decision.code.value,
        FoundULN=record.decision.found_uln,
        IncomingULN=request.uln,
        LearnerRecord=model.ArrayOfLearningEvent(LearningEvent=cells),
    )

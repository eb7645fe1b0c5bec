"""Personal Learning Records in LearnerServiceR9's messages."""

from __future__ import annotations

from functools import partial

from lrs_soap.operations.get_learning_events import RecordAnswer, RecordAsked
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.learning_record import event_values, fields_needed
from lrs_soap.services.credentials import blank_to_none
from lrs_soap.services.record_texts import KeptText
from lrs_soap.wsdl.messages import model, tempuri
from lrs_soap.wsdl.writing import RowsToKeep

# The getType for a record with few fields, and the language for Welsh.
_BRIEF, _WELSH = "BRIEF", "CYM"


def record_asked(request: tempuri.GetLearnerLearningEvents) -> RecordAsked:
    """Whose record is asked for, and by what details; a blank date of birth or gender counts as not sent."""
    details = ToVerify(
        request.givenName, request.familyName, blank_to_none(request.dateOfBirth), blank_to_none(request.gender)
    )
    fields = fields_needed(is_brief=_is_brief(request), is_welsh=_is_welsh(request))
    return RecordAsked(request.uln or "", details, request.userType, fields)


def record_message(
    request: tempuri.GetLearnerLearningEvents, record: RecordAnswer, kept: KeptText | None
) -> model.GetLearnerLearningEventsResponse:
    """The result of the answer; its record is empty if there is nothing to show.

    `kept` is the text of its events, where the record was asked for before, and keeps it where it was not.
    """
    events: object = ()
    if kept is not None and record.is_known:
        events = kept.text
    elif kept is not None:
        cells = event_values(record.events, is_brief=_is_brief(request), is_welsh=_is_welsh(request))
        events = RowsToKeep(cells, partial(kept.keep, record.versions))
    return model.GetLearnerLearningEventsResponse(
        ResponseCode=record.decision.code.value,
        FoundULN=record.decision.found_uln,
        IncomingULN=request.uln,
        LearnerRecord=model.ArrayOfLearningEvent(LearningEvent=events),
    )


def _is_brief(request: tempuri.GetLearnerLearningEvents) -> bool:
    return request.getType == _BRIEF


def _is_welsh(request: tempuri.GetLearnerLearningEvents) -> bool:
    return request.language.upper() == _WELSH

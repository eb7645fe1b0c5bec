"""A learner as the messages of LearnerService have one."""

from __future__ import annotations

from operator import attrgetter

from lrs_soap.rules import postcode
from lrs_soap.rules.learner import Learner, python_name
from lrs_soap.wsdl.declare import fields_of
from lrs_soap.wsdl.messages import learner as messages

_COPIED = tuple(
    field.name
    for field in fields_of(messages.Learner)
    if field.name not in ("MasterSubstituted", "LastKnownPostCode", "LinkedULNs")
)
_values_of = attrgetter(*map(python_name, _COPIED))


def learner_message(learner: Learner, *, is_substituted: bool) -> messages.Learner:
    """The message's Learner; `is_substituted` says that it is a master that stands in for a linked learner."""
    return messages.Learner(
        MasterSubstituted="Y" if is_substituted else None,
        LastKnownPostCode=postcode.as_returned(learner.last_known_post_code),
        LinkedULNs=messages.ArrayOfString(ULN=learner.linked_ulns),
        **dict(zip(_COPIED, _values_of(learner), strict=True)),
    )

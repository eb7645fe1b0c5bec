"""Namespace `http://api.lrs.qcf.gov.uk/model`: what LearnerServiceR9 answers."""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import (
    BuiltIn,
    DataContract,
    GenericType,
    SimpleType,
    int_member,
    long_member,
    member,
    members,
    moment_member,
    text_member,
)
from lrs_soap.wsdl.messages import miap_model

CHANNEL_CODE = SimpleType(
    "ChannelCode",
    namespaces.MODEL,
    BuiltIn.TEXT,
    (
        ("None", None),
        ("Batch", None),
        ("Portal", None),
        ("WebServices", None),
        ("LegacyAPI", None),
        ("Legacy", None),
    ),
)


class ServiceResponseR9(DataContract):
    __namespace__ = namespaces.MODEL

    ResponseCode = text_member(emit_default=False)


class LearnerByUlnResponse(ServiceResponseR9):
    __namespace__ = namespaces.MODEL

    FamilyName = text_member()
    GivenName = text_member()
    Learner = member(miap_model.Learner, emit_default=False)
    Uln = text_member()


class LearningEvent(DataContract):
    __namespace__ = namespaces.MODEL

    AchievementAwardDate = text_member()
    AchievementProviderName = text_member(emit_default=False)
    AchievementProviderUkprn = text_member()
    AwardingOrganisationName = text_member(emit_default=False)
    AwardingOrganisationUkprn = text_member(emit_default=False)
    CollectionType = text_member(emit_default=False)
    Credits = long_member()
    DateLoaded = text_member(emit_default=False)
    Grade = text_member()
    ID = int_member()
    LanguageForAssessment = text_member(emit_default=False)
    Level = text_member()
    ParticipationEndDate = text_member(emit_default=False)
    ParticipationStartDate = text_member(emit_default=False)
    QualificationType = text_member(emit_default=False)
    Restriction = text_member(emit_default=False)
    ReturnNumber = text_member(emit_default=False)
    Source = text_member()
    Status = text_member(emit_default=False)
    Subject = text_member()
    SubjectCode = text_member()
    UnderDataChallenge = text_member(emit_default=False)


class ArrayOfLearningEvent(DataContract):
    __namespace__ = namespaces.MODEL

    LearningEvent = members(LearningEvent)


class GetLearnerLearningEventsResponse(ServiceResponseR9):
    __namespace__ = namespaces.MODEL

    FoundULN = text_member()
    IncomingULN = text_member()
    LearnerRecord = member(ArrayOfLearningEvent, emit_default=False)


ABILITY_TO_SHARE = SimpleType(
    "AbilityToShare",
    namespaces.MODEL,
    BuiltIn.TEXT,
    (("NotProvided", -1), ("FPNNotSeen", 0), ("FPNSeenShareData", 1)),
)


class PlrAccessEntryResponse(DataContract):
    __namespace__ = namespaces.MODEL

    Action = text_member()
    DateTime = moment_member()
    Organisation = text_member()
    User = text_member()


class ArrayOfPlrAccessEntryResponse(DataContract):
    __namespace__ = namespaces.MODEL

    PlrAccessEntryResponse = members(PlrAccessEntryResponse)


class PagedListOfPlrAccessEntryResponseN4dIIFC_S(DataContract):
    __namespace__ = namespaces.MODEL

    generic_of = GenericType("PagedListOf{0}{#}", PlrAccessEntryResponse)

    List = member(ArrayOfPlrAccessEntryResponse)
    PageCount = int_member()
    PageIndex = int_member()
    PageSize = int_member()
    SortIndex = int_member()
    SortOrder = int_member()
    TotalItems = int_member()


USER_TYPE = SimpleType(
    "UserType",
    namespaces.MODEL,
    BuiltIn.TEXT,
    (("Unknown", None), ("LNR", None), ("ORG", None), ("SER", None)),
)


class GetOrganisationResponse(ServiceResponseR9):
    __namespace__ = namespaces.MODEL

    DisplayName = text_member()
    OrgRef = text_member()
    Status = text_member()
    Ukprn = text_member()

"""Namespace `http://api.lrs.qcf.gov.uk/model`: what LearnerServiceR9 answers."""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declare import (
    DataContract,
    GenericType,
    Kind,
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
    Kind.TEXT,
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

    ResponseCode = text_member(omitted=True)


class LearnerByUlnResponse(ServiceResponseR9):
    __namespace__ = namespaces.MODEL

    FamilyName = text_member()
    GivenName = text_member()
    Learner = member(miap_model.Learner, omitted=True)
    Uln = text_member()


class LearningEvent(DataContract):
    __namespace__ = namespaces.MODEL

    AchievementAwardDate = text_member()
    AchievementProviderName = text_member(omitted=True)
    AchievementProviderUkprn = text_member()
    AwardingOrganisationName = text_member(omitted=True)
    AwardingOrganisationUkprn = text_member(omitted=True)
    CollectionType = text_member(omitted=True)
    Credits = long_member()
    DateLoaded = text_member(omitted=True)
    Grade = text_member()
    ID = int_member()
    LanguageForAssessment = text_member(omitted=True)
    Level = text_member()
    ParticipationEndDate = text_member(omitted=True)
    ParticipationStartDate = text_member(omitted=True)
    QualificationType = text_member(omitted=True)
    Restriction = text_member(omitted=True)
    ReturnNumber = text_member(omitted=True)
    Source = text_member()
    Status = text_member(omitted=True)
    Subject = text_member()
    SubjectCode = text_member()
    UnderDataChallenge = text_member(omitted=True)


class ArrayOfLearningEvent(DataContract):
    __namespace__ = namespaces.MODEL

    LearningEvent = members(LearningEvent)


class GetLearnerLearningEventsResponse(ServiceResponseR9):
    __namespace__ = namespaces.MODEL

    FoundULN = text_member()
    IncomingULN = text_member()
    LearnerRecord = member(ArrayOfLearningEvent, omitted=True)


ABILITY_TO_SHARE = SimpleType(
    "AbilityToShare",
    namespaces.MODEL,
    Kind.TEXT,
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
    Kind.TEXT,
    (("Unknown", None), ("LNR", None), ("ORG", None), ("SER", None)),
)


class GetOrganisationResponse(ServiceResponseR9):
    __namespace__ = namespaces.MODEL

    DisplayName = text_member()
    OrgRef = text_member()
    Status = text_member()
    Ukprn = text_member()

"""Namespace `http://api.lrs.miap.gov.uk/findmsg`: finding learners."""

from __future__ import annotations

from lrs_soap.wsdl import facets, namespaces
from lrs_soap.wsdl.declarations import Message, children, nillable, optional, required
from lrs_soap.wsdl.messages import learner


class BaseLearnerServiceRequestPart(Message):
    __namespace__ = namespaces.FIND

    is_abstract = True


class BaseFindLearnerServiceRqst(BaseLearnerServiceRequestPart):
    __namespace__ = namespaces.FIND

    is_abstract = True

    FindType = required(facets.FIND_TYPE)
    OrganisationRef = nillable(facets.ORGANISATION_REF)
    UKPRN = nillable(facets.UKPRN)
    OrgPassword = required(facets.ORG_PASSWORD)
    UserName = required(facets.NAME_NON_EMPTY)


class LearnerByULNRqst(BaseFindLearnerServiceRqst):
    __namespace__ = namespaces.FIND

    ULN = required(facets.ULN)
    FamilyName = required(facets.NAME_NON_EMPTY)
    GivenName = required(facets.NAME_NON_EMPTY)


class LearnerServiceWrappedResponse(Message):
    __namespace__ = namespaces.FIND

    is_abstract = True


class FindLearnerResp(LearnerServiceWrappedResponse):
    __namespace__ = namespaces.FIND

    ResponseCode = required(facets.STRING)
    ULN = optional(facets.ULN)
    FamilyName = optional(facets.NAME_NON_EMPTY)
    GivenName = optional(facets.NAME_NON_EMPTY)
    DateOfBirth = optional(facets.DATE)
    Gender = optional(facets.GENDER)
    LastKnownPostCode = optional(facets.POST_CODE)
    PreviousFamilyName = optional(facets.NAME)
    SchoolAtAge16 = optional(facets.SCHOOL_NAME)
    PlaceOfBirth = optional(facets.NAME)
    EmailAddress = optional(facets.EMAIL)
    Learner = children(learner.Learner)


class LearnerByDemographicsRqst(BaseFindLearnerServiceRqst):
    __namespace__ = namespaces.FIND

    FamilyName = required(facets.NAME_NON_EMPTY)
    GivenName = required(facets.NAME_NON_EMPTY)
    DateOfBirth = required(facets.DATE)
    Gender = required(facets.GENDER)
    LastKnownPostCode = required(facets.POST_CODE)
    PreviousFamilyName = nillable(facets.NAME)
    SchoolAtAge16 = nillable(facets.SCHOOL_NAME)
    PlaceOfBirth = nillable(facets.NAME)
    EmailAddress = nillable(facets.EMAIL)

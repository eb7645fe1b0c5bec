"""Namespace `http://api.lrs.miap.gov.uk/reportmsg`: retrieving ULNs and verifying one learner."""

from __future__ import annotations

from lrs_soap.wsdl import facets, namespaces
from lrs_soap.wsdl.declarations import Message, child, children, nillable, required, texts
from lrs_soap.wsdl.messages import learner


class BaseLearnerServiceRequestPart(Message):
    __namespace__ = namespaces.REPORT

    is_abstract = True


class BaseLearnerServiceRqst(BaseLearnerServiceRequestPart):
    __namespace__ = namespaces.REPORT

    is_abstract = True

    OrganisationRef = nillable(facets.ORGANISATION_REF)
    UKPRN = nillable(facets.UKPRN)
    OrgPassword = required(facets.ORG_PASSWORD)
    UserName = required(facets.NAME_NON_EMPTY)


class ArrayOfString(Message):
    __namespace__ = namespaces.REPORT

    ULN = texts(facets.ULN, least=1, most=200)


class RetrieveULNsRqst(BaseLearnerServiceRqst):
    __namespace__ = namespaces.REPORT

    ULNsToRetrieve = child(ArrayOfString)


class LearnerServiceWrappedResponse(Message):
    __namespace__ = namespaces.REPORT

    is_abstract = True


class ArrayOfMIAPRetrievedULN(Message):
    __namespace__ = namespaces.REPORT

    VerifiedULN = children(learner.MIAPRetrievedULN, least=1, most=200)


class RetrieveULNsResp(LearnerServiceWrappedResponse):
    __namespace__ = namespaces.REPORT

    RetrievedULNs = child(ArrayOfMIAPRetrievedULN)


class VerifyLearnerRqst(BaseLearnerServiceRqst):
    __namespace__ = namespaces.REPORT

    LearnerToVerify = child(learner.MIAPLearnerToVerify)


class VerifyLearnerResp(LearnerServiceWrappedResponse):
    __namespace__ = namespaces.REPORT

    VerifiedLearner = child(learner.MIAPVerifiedLearner)

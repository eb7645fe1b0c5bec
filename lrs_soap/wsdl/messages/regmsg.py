"""Namespace `http://api.lrs.miap.gov.uk/regmsg`: registering and updating one learner."""

from __future__ import annotations

from lrs_soap.wsdl import facets, namespaces
from lrs_soap.wsdl.declarations import Message, child, nillable, optional, required
from lrs_soap.wsdl.messages import learner


class BaseLearnerServiceRequestPart(Message):
    __namespace__ = namespaces.REGISTER

    is_abstract = True


class BaseLearnerServiceRqst(BaseLearnerServiceRequestPart):
    __namespace__ = namespaces.REGISTER

    is_abstract = True

    OrganisationRef = nillable(facets.ORGANISATION_REF)
    UKPRN = nillable(facets.UKPRN)
    OrgPassword = required(facets.ORG_PASSWORD)
    UserName = required(facets.NAME_NON_EMPTY)


class RegisterSingleLearnerRqst(BaseLearnerServiceRqst):
    __namespace__ = namespaces.REGISTER

    Learner = child(learner.LearnerToRegister)


class LearnerServiceWrappedResponse(Message):
    __namespace__ = namespaces.REGISTER

    is_abstract = True


class RegisterSingleLearnerResp(LearnerServiceWrappedResponse):
    __namespace__ = namespaces.REGISTER

    ResponseCode = required(facets.STRING)
    ULN = optional(facets.ULN)


class UpdateLearnerRqst(BaseLearnerServiceRqst):
    __namespace__ = namespaces.REGISTER

    Learner = child(learner.LearnerToUpdate)


class UpdateLearnerResp(LearnerServiceWrappedResponse):
    __namespace__ = namespaces.REGISTER

    ResponseCode = required(facets.STRING)

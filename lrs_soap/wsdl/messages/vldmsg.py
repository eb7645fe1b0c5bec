"""Namespace `http://api.lrs.miap.gov.uk/vldmsg`: verifying learners in batches."""

from __future__ import annotations

from lrs_soap.wsdl import facets, namespaces
from lrs_soap.wsdl.declarations import Message, children, nillable, number, optional, required
from lrs_soap.wsdl.messages import learner


class BaseLearnerServiceRequestPart(Message):
    __namespace__ = namespaces.VERIFY_BATCH

    is_abstract = True


class BaseLearnerServiceRqst(BaseLearnerServiceRequestPart):
    __namespace__ = namespaces.VERIFY_BATCH

    is_abstract = True

    OrganisationRef = nillable(facets.ORGANISATION_REF)
    UKPRN = nillable(facets.UKPRN)
    OrgPassword = required(facets.ORG_PASSWORD)
    UserName = required(facets.NAME_NON_EMPTY)


class VerifyBatchRqst(BaseLearnerServiceRqst):
    __namespace__ = namespaces.VERIFY_BATCH

    LearnerRecordCount = number(facets.LEARNER_RECORD_COUNT)
    OrgEmail = nillable(facets.EMAIL)
    Learner = children(learner.MIAPBatchLearnerToVerify, least=1)


class LearnerServiceWrappedResponse(Message):
    __namespace__ = namespaces.VERIFY_BATCH

    is_abstract = True


class VerifyBatchResp(LearnerServiceWrappedResponse):
    __namespace__ = namespaces.VERIFY_BATCH

    ResponseCode = required(facets.STRING)
    JobID = number(facets.LONG)


class VerifyBatchOutputRqst(BaseLearnerServiceRqst):
    __namespace__ = namespaces.VERIFY_BATCH

    JobID = number(facets.LONG)


class VerifyBatchOutputResp(LearnerServiceWrappedResponse):
    __namespace__ = namespaces.VERIFY_BATCH

    ResponseCode = required(facets.STRING)
    JobStatus = optional()
    JobStartedDateTime = optional()
    JobFinishedDateTime = optional()
    VerifiedLearner = children(learner.MIAPVerifiedBatchLearner, most=5000)

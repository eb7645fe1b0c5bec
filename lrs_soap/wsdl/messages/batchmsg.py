"""Namespace `http://api.lrs.miap.gov.uk/batchmsg`: registering learners in batches."""

from __future__ import annotations

from lrs_soap.wsdl import facets, namespaces
from lrs_soap.wsdl.declarations import Message, children, nillable, number, optional, optional_number, required
from lrs_soap.wsdl.messages import learner


class BaseLearnerServiceRequestPart(Message):
    __namespace__ = namespaces.BATCH

    is_abstract = True


class BaseLearnerServiceRqst(BaseLearnerServiceRequestPart):
    __namespace__ = namespaces.BATCH

    is_abstract = True

    OrganisationRef = nillable(facets.ORGANISATION_REF)
    UKPRN = nillable(facets.UKPRN)
    OrgPassword = required(facets.ORG_PASSWORD)
    UserName = required(facets.NAME_NON_EMPTY)


class BatchRegistrationRqst(BaseLearnerServiceRqst):
    __namespace__ = namespaces.BATCH

    JobType = required(facets.BATCH_JOB_TYPE)
    LearnerRecordCount = number(facets.LEARNER_RECORD_COUNT)
    Learner = children(learner.BatchLearner, least=1, most=200)


class LearnerServiceWrappedResponse(Message):
    __namespace__ = namespaces.BATCH

    is_abstract = True


class BatchRegistrationResp(LearnerServiceWrappedResponse):
    __namespace__ = namespaces.BATCH

    ResponseCode = required(facets.STRING)
    JobID = number(facets.LONG)


class BatchOutputRqst(BaseLearnerServiceRqst):
    __namespace__ = namespaces.BATCH

    JobID = number(facets.LONG)


class BatchOutputResp(LearnerServiceWrappedResponse):
    __namespace__ = namespaces.BATCH

    ResponseCode = required(facets.STRING)
    JobStatus = optional()
    NewLearnersCount = optional_number()
    ExistsUpdatedLearnersCount = optional_number()
    PossibleMatchLearnersCount = optional_number()
    LearnersNotFoundCount = optional_number()
    RejectedLearnersCount = optional_number()
    JobStartedDateTime = optional()
    JobFinishedDateTime = optional()
    Learner = children(learner.OutputBatchLearner, most=200)

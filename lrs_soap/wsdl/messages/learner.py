"""Namespace `http://api.lrs.miap.gov.uk/learner`: what the messages of LearnerService are made of."""

from __future__ import annotations

from lrs_soap.wsdl import facets, namespaces
from lrs_soap.wsdl.declarations import Message, child, nillable, number, optional, required, texts


class ArrayOfString(Message):
    __namespace__ = namespaces.LEARNER

    ULN = texts(facets.ULN)


class Learner(Message):
    __namespace__ = namespaces.LEARNER

    CreatedDate = required(facets.DATE)
    LastUpdatedDate = required(facets.DATE)
    ULN = required(facets.ULN)
    MasterSubstituted = optional()
    Title = optional(facets.NAME)
    GivenName = required(facets.NAME_NON_EMPTY)
    MiddleOtherName = optional(facets.NAME)
    FamilyName = required(facets.NAME_NON_EMPTY)
    PreferredGivenName = optional(facets.NAME)
    PreviousFamilyName = optional(facets.NAME)
    FamilyNameAtAge16 = optional(facets.NAME)
    SchoolAtAge16 = optional(facets.SCHOOL_NAME)
    LastKnownAddressLine1 = optional(facets.ADDRESS)
    LastKnownAddressLine2 = optional(facets.ADDRESS)
    LastKnownAddressTown = optional(facets.ADDRESS)
    LastKnownAddressCountyOrCity = optional(facets.ADDRESS)
    LastKnownPostCode = required(facets.POST_CODE)
    DateOfAddressCapture = optional(facets.DATE)
    DateOfBirth = required(facets.DATE)
    PlaceOfBirth = optional(facets.NAME)
    Gender = required(facets.GENDER)
    EmailAddress = optional(facets.EMAIL)
    Nationality = optional(facets.NATIONALITY)
    ScottishCandidateNumber = optional(facets.SCOTTISH_CANDIDATE_NUMBER)
    VerificationType = optional(facets.VERIFICATION_TYPE)
    OtherVerificationDescription = optional(facets.OTHER_VERIFICATION_DESCRIPTION)
    TierLevel = optional(facets.TIER_LEVEL)
    AbilityToShare = required(facets.ABILITY_TO_SHARE)
    LearnerStatus = required(facets.LEARNER_STATUS)
    LinkedULNs = child(ArrayOfString, least=0, qualified=True, always=True)
    Notes = optional(facets.NOTES, always=True)
    VersionNumber = number(facets.INT)


class BaseLearnerServiceRequestPart(Message):
    __namespace__ = namespaces.LEARNER

    is_abstract = True


class LearnerToRegister(BaseLearnerServiceRequestPart):
    __namespace__ = namespaces.LEARNER

    Title = optional(facets.NAME)
    GivenName = required(facets.NAME_NON_EMPTY)
    MiddleOtherName = optional(facets.NAME)
    FamilyName = required(facets.NAME_NON_EMPTY)
    PreferredGivenName = optional(facets.NAME)
    PreviousFamilyName = optional(facets.NAME)
    FamilyNameAtAge16 = optional(facets.NAME)
    SchoolAtAge16 = optional(facets.SCHOOL_NAME)
    LastKnownAddressLine1 = optional(facets.ADDRESS)
    LastKnownAddressLine2 = optional(facets.ADDRESS)
    LastKnownAddressTown = optional(facets.ADDRESS)
    LastKnownAddressCountyOrCity = optional(facets.ADDRESS)
    LastKnownPostCode = required(facets.POST_CODE)
    DateOfAddressCapture = optional(facets.DATE_NILLABLE)
    DateOfBirth = required(facets.DATE)
    PlaceOfBirth = optional(facets.NAME)
    Gender = required(facets.GENDER)
    EmailAddress = optional(facets.EMAIL)
    Nationality = optional(facets.NATIONALITY)
    ScottishCandidateNumber = optional(facets.SCOTTISH_CANDIDATE_NUMBER)
    VerificationType = required(facets.VERIFICATION_TYPE)
    OtherVerificationDescription = optional(facets.OTHER_VERIFICATION_DESCRIPTION)
    AbilityToShare = required(facets.ABILITY_TO_SHARE)
    Notes = optional(facets.NOTES)


class LearnerToUpdate(LearnerToRegister):
    __namespace__ = namespaces.LEARNER

    ULN = required(facets.ULN)
    VersionNumber = number(facets.INT)


class BatchLearner(BaseLearnerServiceRequestPart):
    __namespace__ = namespaces.LEARNER

    ULN = optional(facets.ULN_NILLABLE)
    MISIdentifier = optional(facets.MIS_IDENTIFIER)
    Title = optional(facets.NAME)
    GivenName = required(facets.NAME_NON_EMPTY)
    PreferredGivenName = optional(facets.NAME)
    MiddleOtherName = optional(facets.NAME)
    FamilyName = required(facets.NAME_NON_EMPTY)
    PreviousFamilyName = optional(facets.NAME)
    FamilyNameAtAge16 = optional(facets.NAME)
    SchoolAtAge16 = optional(facets.SCHOOL_NAME)
    LastKnownAddressLine1 = optional(facets.ADDRESS)
    LastKnownAddressLine2 = optional(facets.ADDRESS)
    LastKnownAddressTown = optional(facets.ADDRESS)
    LastKnownAddressCountyOrCity = optional(facets.ADDRESS)
    LastKnownPostCode = optional(facets.POST_CODE_NILLABLE)
    DateOfAddressCapture = optional(facets.DATE_NILLABLE)
    DateOfBirth = optional(facets.DATE_NILLABLE)
    PlaceOfBirth = optional(facets.NAME)
    EmailAddress = optional(facets.EMAIL)
    Gender = optional(facets.GENDER_NILLABLE)
    Nationality = optional(facets.NATIONALITY)
    ScottishCandidateNumber = optional(facets.SCOTTISH_CANDIDATE_NUMBER)
    AbilityToShare = optional(facets.ABILITY_TO_SHARE)
    VerificationType = optional(facets.VERIFICATION_TYPE)
    OtherVerificationDescription = optional(facets.OTHER_VERIFICATION_DESCRIPTION)
    Notes = optional(facets.NOTES)


class OutputBatchLearner(BatchLearner):
    __namespace__ = namespaces.LEARNER

    ReturnCode = optional()


class MIAPBatchLearnerToVerify(BaseLearnerServiceRequestPart):
    __namespace__ = namespaces.LEARNER

    MISIdentifier = optional(facets.MIS_IDENTIFIER)
    ULN = required(facets.ULN)
    FamilyName = required(facets.NAME_NON_EMPTY)
    GivenName = required(facets.NAME_NON_EMPTY)
    DateOfBirth = nillable(facets.DATE_NILLABLE)
    Gender = nillable(facets.GENDER_NILLABLE)


class MIAPVerifiedBatchLearner(Message):
    __namespace__ = namespaces.LEARNER

    MISIdentifier = optional(facets.MIS_IDENTIFIER)
    SearchedULN = required(facets.ULN)
    SearchedFamilyName = required(facets.NAME_NON_EMPTY)
    SearchedGivenName = required(facets.NAME_NON_EMPTY)
    SearchedDateOfBirth = optional(facets.DATE)
    SearchedGender = optional(facets.GENDER)
    ResponseCode = required(facets.STRING)
    ULN = optional(facets.ULN)
    FamilyName = optional(facets.NAME_NON_EMPTY)
    GivenName = optional(facets.NAME_NON_EMPTY)
    DateOfBirth = optional(facets.DATE)
    Gender = optional(facets.GENDER)
    FailureFlag = texts(most=8)


class MIAPRetrievedULN(Message):
    __namespace__ = namespaces.LEARNER

    ULN = required(facets.ULN)
    MasterULN = optional(facets.ULN)
    ResponseCode = optional()
    FamilyName = optional(facets.NAME)
    GivenName = optional(facets.NAME)
    DateOfBirth = optional(facets.DATE)
    Gender = optional(facets.GENDER)


class MIAPLearnerToVerify(BaseLearnerServiceRequestPart):
    __namespace__ = namespaces.LEARNER

    ULN = required(facets.ULN)
    FamilyName = required(facets.NAME_NON_EMPTY)
    GivenName = required(facets.NAME_NON_EMPTY)
    DateOfBirth = nillable(facets.DATE_NILLABLE)
    Gender = nillable(facets.GENDER_NILLABLE)


class MIAPVerifiedLearner(Message):
    __namespace__ = namespaces.LEARNER

    SearchedULN = required(facets.ULN)
    SearchedFamilyName = required(facets.NAME_NON_EMPTY)
    SearchedGivenName = required(facets.NAME_NON_EMPTY)
    SearchedDateOfBirth = optional(facets.DATE)
    SearchedGender = optional(facets.GENDER)
    ResponseCode = required(facets.STRING)
    ULN = optional(facets.ULN)
    FamilyName = optional(facets.NAME_NON_EMPTY)
    GivenName = optional(facets.NAME_NON_EMPTY)
    DateOfBirth = optional(facets.DATE)
    Gender = optional(facets.GENDER)
    FailureFlag = texts(most=8)

"""Namespace `http://schemas.datacontract.org/2004/07/Amor.Qcf.MIAPModel`: R9's learner.

The spelling of the fields is the service's own (`Domicle`, `Establisment`, `Perferred`, `Qualififer`).
"""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import (
    code_member,
    flag_member,
    int_member,
    member,
    moment_member,
    text_member,
)
from lrs_soap.wsdl.messages import arrays, entities, serialization


class Learner(entities.BusinessObject):
    __namespace__ = namespaces.MIAP_MODEL

    AbilityToShare = int_member()
    AtsLearnerPreference = code_member(serialization.CHAR)
    BirthDateVerification = int_member()
    CountryOfAddress = text_member()
    CountryOfBirth = text_member()
    CountryOfDomicle = text_member()
    CountryOfLastKnownAddress = text_member()
    CreatedDate = moment_member()
    CreatedViaChannel = int_member()
    DateOfAddressCapture = moment_member(nil=True)
    DateOfBirth = moment_member()
    DateOfDeath = moment_member(nil=True)
    DeathDateVerification = int_member()
    Deceased = int_member()
    DeceasedDate = moment_member(nil=True)
    DisabilityCode = int_member()
    EmailAddress = text_member()
    EthnicityCode = text_member()
    EthnicityVerification = int_member()
    EtlLoadId = int_member(nil=True)
    FamilyName = text_member()
    FamilyNameAt16 = text_member()
    FamilyNameFirst = flag_member(nil=True)
    FirstEstablismentId = int_member()
    Gender = int_member()
    GivenName = text_member()
    InReceiptOfDsa = int_member()
    Initials = text_member()
    LastCompiledLearnerPlanReport = moment_member(nil=True)
    LastCompiledLearnerRecordReport = moment_member(nil=True)
    LastKnownAddressChanged = flag_member()
    LastKnownAddressCountyOrCity = text_member()
    LastKnownAddressLine1 = text_member()
    LastKnownAddressLine2 = text_member()
    LastKnownAddressQualififer = int_member()
    LastKnownAddressTown = text_member()
    LastKnownGender = int_member()
    LastKnownPostCode = text_member()
    LastUpdatedAction = text_member()
    LastUpdatedDate = moment_member()
    LastUpdatedLrbUsername = text_member()
    LastUpdatedLrsUsername = text_member()
    LastUpdatedSearchKey = int_member(nil=True)
    LastUpdatedViaChannel = int_member()
    LearningDifficultyCode = int_member()
    LinkedUlns = member(arrays.ArrayOfstring)
    ManualUpdate = flag_member()
    MaritalStatus = int_member()
    MaritalStatusVerification = int_member()
    MasterUln = text_member()
    MiddleOtherName = text_member()
    NameSuffix = text_member()
    NationalInsuranceNumber = text_member()
    Nationality = text_member()
    NextDataChallengeNo = int_member(nil=True)
    NormalisedFamilyName = text_member()
    NormalisedGivenName = text_member()
    NormalisedOtherNames = text_member()
    NormalisedPerferredGivenName = text_member()
    NormalisedPreviousFamilyName = text_member()
    Notes = text_member()
    OtherVerificationDescription = text_member()
    PlaceOfBirth = text_member()
    PotentialDuplicateSearchKey = int_member(nil=True)
    PreferredFamilyFirstNameFirst = flag_member(nil=True)
    PreferredFamilyName = text_member()
    PreferredGivenName = text_member()
    PreviousFamilyName = text_member()
    ReasonForDeletion = text_member()
    RecordStatus = int_member()
    ReferenceNumber = text_member()
    RegisteredByOrganisationRef = text_member()
    RestrictedUse = flag_member(nil=True)
    SchoolAtAge16 = text_member()
    ScottishCandidateNumber = text_member()
    SecretQuestionId = int_member(nil=True)
    SecurityAnswer = text_member()
    SenType = int_member()
    SequentialVersionNumber = int_member()
    TelephoneNumber = text_member()
    TierLevel = int_member()
    Title = text_member()
    Uln = text_member()
    UniqueCandidateIdentifier = text_member()
    UniquePupilNumber = text_member()
    VerificationType = int_member()
    VersionNumber = int_member()

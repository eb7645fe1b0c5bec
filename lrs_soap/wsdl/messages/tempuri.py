"""Namespace `http://tempuri.org/`: the arguments and results of LearnerServiceR9's operations."""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import (
    Message,
    enumerated_parameter,
    int_parameter,
    member,
    parameter,
    required_int_parameter,
    required_text_parameter,
    text_member,
    text_parameter,
)
from lrs_soap.wsdl.messages import model, qcf_common, qcf_interface


class LearnerByUln(Message):
    __namespace__ = namespaces.TEMPURI

    is_anonymous = True

    invokingOrganisation = parameter(qcf_common.InvokingOrganisation, any_order=True)
    userType = required_text_parameter()
    vendorId = required_int_parameter()
    language = required_text_parameter()
    uln = text_parameter()
    givenName = required_text_parameter()
    familyName = required_text_parameter()
    findType = required_text_parameter()


class LearnerByUlnResponse(Message):
    __namespace__ = namespaces.TEMPURI

    is_anonymous = True

    LearnerByUlnResult = member(model.LearnerByUlnResponse)


class GetLearnerLearningEvents(Message):
    __namespace__ = namespaces.TEMPURI

    is_anonymous = True

    invokingOrganisation = parameter(qcf_interface.InvokingOrganisationR10, any_order=True)
    userType = required_text_parameter()
    vendorID = required_int_parameter()
    language = required_text_parameter()
    uln = text_parameter()
    givenName = required_text_parameter()
    familyName = required_text_parameter()
    dateOfBirth = text_parameter()
    gender = text_parameter()
    getType = required_text_parameter()


class GetLearnerLearningEventsResponse(Message):
    __namespace__ = namespaces.TEMPURI

    is_anonymous = True

    GetLearnerLearningEventsResult = member(model.GetLearnerLearningEventsResponse)


class UpdateLearnerSubsetFields(Message):
    __namespace__ = namespaces.TEMPURI

    is_anonymous = True

    invokingOrganisation = parameter(qcf_common.InvokingOrganisation, any_order=True)
    userType = required_text_parameter()
    vendorId = required_int_parameter()
    language = required_text_parameter()
    uln = text_parameter()
    versionNumber = int_parameter()
    emailAddress = text_parameter()
    telephoneNumber = text_parameter()
    abilityToShare = enumerated_parameter(model.ABILITY_TO_SHARE)
    schoolAtAge16 = text_parameter()
    preferredGivenName = text_parameter()


class UpdateLearnerSubsetFieldsResponse(Message):
    __namespace__ = namespaces.TEMPURI

    is_anonymous = True

    UpdateLearnerSubsetFieldsResult = text_member()


class ViewAudit(Message):
    __namespace__ = namespaces.TEMPURI

    is_anonymous = True

    invokingOrganisation = parameter(qcf_common.InvokingOrganisation, any_order=True)
    userType = required_text_parameter()
    vendorId = required_int_parameter()
    language = required_text_parameter()
    learnerUln = text_parameter()
    learnerGivenName = required_text_parameter()
    learnerFamilyName = required_text_parameter()
    page = required_int_parameter()


class ViewAuditResponse(Message):
    __namespace__ = namespaces.TEMPURI

    is_anonymous = True

    ViewAuditResult = member(model.PagedListOfPlrAccessEntryResponseN4dIIFC_S)


class GetOrganisation(Message):
    __namespace__ = namespaces.TEMPURI

    is_anonymous = True

    invokingOrganisation = parameter(qcf_common.InvokingOrganisation, any_order=True)
    userType = enumerated_parameter(model.USER_TYPE)
    vendorId = required_int_parameter()
    language = required_text_parameter()
    ukPrn = text_parameter()
    orgRef = text_parameter()


class GetOrganisationResponse(Message):
    __namespace__ = namespaces.TEMPURI

    is_anonymous = True

    GetOrganisationResult = member(model.GetOrganisationResponse)

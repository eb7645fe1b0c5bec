// Asks LearnerService with a gSOAP proxy and prints what that makes of the answer, a fact a line.
//
//   learner_service ADDRESS find PASSWORD ULN FAMILY_NAME GIVEN_NAME
//   learner_service ADDRESS register PASSWORD FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH
//
// It reads strictly: an element that the schema does not have is an error. With LENIENT in the environment it reads as
// gSOAP does if it is not told: such an element is passed over.

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include "BasicHttpBinding_USCORELearnerPortType.nsmap"
#include "soapBasicHttpBinding_USCORELearnerPortTypeProxy.h"

using Proxy = BasicHttpBinding_USCORELearnerPortTypeProxy;

namespace {

char ukprn[] = "TEST0001", user[] = "gsoap";

void show(const char *name, const char *value) {
    if (value) std::cout << name << '=' << value << '\n';
}

#define SHOW(field) show(#field, learner.field)

void show(const learner__Learner &learner) {
    std::cout << "Learner:\n";
    SHOW(CreatedDate), SHOW(LastUpdatedDate), SHOW(ULN), SHOW(MasterSubstituted), SHOW(Title), SHOW(GivenName);
    SHOW(MiddleOtherName), SHOW(FamilyName), SHOW(PreferredGivenName), SHOW(PreviousFamilyName);
    SHOW(FamilyNameAtAge16), SHOW(SchoolAtAge16), SHOW(LastKnownAddressLine1), SHOW(LastKnownAddressLine2);
    SHOW(LastKnownAddressTown), SHOW(LastKnownAddressCountyOrCity), SHOW(LastKnownPostCode);
    SHOW(DateOfAddressCapture), SHOW(DateOfBirth), SHOW(PlaceOfBirth), SHOW(Gender), SHOW(EmailAddress);
    SHOW(Nationality), SHOW(ScottishCandidateNumber), SHOW(VerificationType), SHOW(OtherVerificationDescription);
    SHOW(TierLevel), SHOW(AbilityToShare), SHOW(LearnerStatus);
    std::cout << "LinkedULNs=";
    for (int i = 0; i < learner.LinkedULNs->__sizeULN; ++i) std::cout << (i ? " " : "") << learner.LinkedULNs->ULN[i];
    std::cout << '\n';
    SHOW(Notes);
    std::cout << "VersionNumber=" << learner.VersionNumber << '\n';
}

template <class Request>
void identify(Request &request, char *password) {
    request.UKPRN = ukprn;
    request.OrgPassword = password;
    request.UserName = user;
}

int find(Proxy &proxy, char **arguments) {
    char full[] = "FUL";
    find__LearnerByULNRqst request;
    identify(request, arguments[0]);
    request.FindType = full;
    request.ULN = arguments[1];
    request.FamilyName = arguments[2];
    request.GivenName = arguments[3];
    find__FindLearnerResp answer;
    if (proxy.learnerByULN(&request, answer)) return proxy.soap->error;
    show("ResponseCode", answer.ResponseCode);
    show("ULN", answer.ULN);
    show("FamilyName", answer.FamilyName);
    show("GivenName", answer.GivenName);
    for (int i = 0; i < answer.__sizeLearner; ++i) show(*answer.Learner[i]);
    return SOAP_OK;
}

int enrol(Proxy &proxy, char **arguments) {
    char gender[] = "2", postcode[] = "LS1 4AP", one[] = "1";
    learner__LearnerToRegister learner;
    learner.FamilyName = arguments[1];
    learner.GivenName = arguments[2];
    learner.DateOfBirth = arguments[3];
    learner.Gender = gender;
    learner.LastKnownPostCode = postcode;
    learner.VerificationType = learner.AbilityToShare = one;
    reg__RegisterSingleLearnerRqst request;
    identify(request, arguments[0]);
    request.Learner = &learner;
    reg__RegisterSingleLearnerResp answer;
    if (proxy.registerSingleLearner(&request, answer)) return proxy.soap->error;
    show("ResponseCode", answer.ResponseCode);
    show("ULN", answer.ULN);
    return SOAP_OK;
}

void show_fault(Proxy &proxy) {
    show("faultcode", *soap_faultcode(proxy.soap));
    show("faultstring", *soap_faultstring(proxy.soap));
    SOAP_ENV__Detail *detail = proxy.soap->fault->detail;
    if (!detail || !detail->exceptions__MIAPAPIException_) return;
    const exceptions__MIAPAPIException &exception = *detail->exceptions__MIAPAPIException_;
    show("ErrorCode", exception.ErrorCode);
    show("ErrorActor", exception.ErrorActor);
    show("Description", exception.Description);
    show("FurtherDetails", exception.FurtherDetails);
    show("ErrorTimestamp", exception.ErrorTimestamp);
}

}  // namespace

int main(int, char **arguments) {
    const std::string endpoint = std::string(arguments[1]) + "/LearnerService.svc";
    const soap_mode strictness = std::getenv("LENIENT") ? 0 : SOAP_XML_STRICT;
    Proxy proxy(endpoint.c_str(), SOAP_C_UTFSTRING | strictness);
    int status = std::strcmp(arguments[2], "find") ? enrol(proxy, arguments + 3) : find(proxy, arguments + 3);
    if (status) show_fault(proxy);
}

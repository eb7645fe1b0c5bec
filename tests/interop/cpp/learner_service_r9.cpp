// Asks LearnerServiceR9 with a gSOAP proxy and prints the fault that it gets.
//
//   learner_service_r9 ADDRESS misdirect

#include <iostream>
#include <string>

#include "BasicHttpBinding_USCOREILearnerServiceR9.nsmap"
#include "soapBasicHttpBinding_USCOREILearnerServiceR9Proxy.h"

int main(int, char **arguments) {
    const std::string endpoint = std::string(arguments[1]) + "/LearnerServiceR9.svc";
    BasicHttpBinding_USCOREILearnerServiceR9Proxy proxy(endpoint.c_str(), SOAP_C_UTFSTRING | SOAP_XML_STRICT);
    _tempuri__GetOrganisation request;
    _tempuri__GetOrganisationResponse answer;
    if (proxy.GetOrganisation(nullptr, "http://tempuri.org/ILearnerServiceR9/ViewAudit", &request, answer)) {
        std::cout << "faultcode=" << *soap_faultcode(proxy.soap) << '\n';
        std::cout << "faultstring=" << *soap_faultstring(proxy.soap) << '\n';
    }
}

"""The namespaces of the contract and of the documents that carry it."""

from __future__ import annotations

# The messages of LearnerService.svc.
FIND = "http://api.lrs.miap.gov.uk/findmsg"
REGISTER = "http://api.lrs.miap.gov.uk/regmsg"
BATCH = "http://api.lrs.miap.gov.uk/batchmsg"
VERIFY_BATCH = "http://api.lrs.miap.gov.uk/vldmsg"
REPORT = "http://api.lrs.miap.gov.uk/reportmsg"
LEARNER = "http://api.lrs.miap.gov.uk/learner"
EXCEPTIONS = "http://api.lrs.miap.gov.uk/exceptions"

# The messages of LearnerServiceR9.svc. The first is the target namespace of both WSDLs.
TEMPURI = "http://tempuri.org/"
MODEL = "http://api.lrs.qcf.gov.uk/model"
FAULTS = "http://api.lrs.qcf.gov.uk/faults"
COMMON = "http://schemas.datacontract.org/2004/07/Amor.Qcf.Common"
INTERFACE = "http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface"
MIAP_MODEL = "http://schemas.datacontract.org/2004/07/Amor.Qcf.MIAPModel"
ENTITIES = "http://schemas.datacontract.org/2004/07/Amor.Qcf.MIAPModel.Entities"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"

# The documents that carry them.
SOAP_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
XSD = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"
WSDL = "http://schemas.xmlsoap.org/wsdl/"
WSDL_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
WSDL_ADDRESSING = "http://www.w3.org/2006/05/addressing/wsdl"
ADDRESSING_NONE = "http://schemas.microsoft.com/ws/2005/05/addressing/none"
WCF_DISPATCHER = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
POLICY = "http://schemas.xmlsoap.org/ws/2004/09/policy"
SECURITY_POLICY = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy"
WS_UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
SOAP_HTTP = "http://schemas.xmlsoap.org/soap/http"

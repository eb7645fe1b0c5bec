#!/bin/sh
# Find a learner by ULN with curl alone.
#
#   sh find_by_uln.sh ULN FAMILY_NAME GIVEN_NAME [ADDRESS]
#
# ADDRESS is the service's, by default http://127.0.0.1:8080. Escape & and < in names.
set -eu
curl --silent --show-error --header 'Content-Type: text/xml; charset=utf-8' --header 'SOAPAction: ""' \
    --data-binary @- "${4:-http://127.0.0.1:8080}/LearnerService.svc" <<END
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:find="http://api.lrs.miap.gov.uk/findmsg">
  <soapenv:Body>
    <find:FindLearnerByULN>
      <FindType>FUL</FindType>
      <UKPRN>TEST0001</UKPRN>
      <OrgPassword>CompatSitePass01</OrgPassword>
      <UserName>example</UserName>
      <ULN>$1</ULN>
      <FamilyName>$2</FamilyName>
      <GivenName>$3</GivenName>
    </find:FindLearnerByULN>
  </soapenv:Body>
</soapenv:Envelope>
END
echo

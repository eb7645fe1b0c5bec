#!/bin/sh
# Find a learner by ULN with curl alone, and print the answer as it comes.
#
#   sh find_by_uln.sh ULN FAMILY_NAME GIVEN_NAME
#
# The environment says which service to call and who calls it: see README.md. The exit status is 1 if the service answers
# with a fault, and 2 if it is closed or does not answer.
set -eu
[ $# -eq 3 ] || { echo "Give ULN FAMILY_NAME GIVEN_NAME." >&2; exit 1; }

address=${LEARNING_RECORDS_ADDRESS:-http://127.0.0.1:8080}
timeout=${LEARNING_RECORDS_TIMEOUT:-30}
retries=${LEARNING_RECORDS_RETRIES:-3}

escaped() {
    printf '%s' "$1" | sed 's/&/\&amp;/g; s/</\&lt;/g'
}

# Prints the answer, then a line with its HTTP status. Secrets are in the body, not on the command line.
ask() {
    curl --silent --max-time "$timeout" --write-out '\n%{http_code}' --data-binary @- \
        --header 'Content-Type: text/xml; charset=utf-8' --header 'SOAPAction: ""' \
        ${LEARNING_RECORDS_CERTIFICATE:+--cert "$LEARNING_RECORDS_CERTIFICATE"} \
        ${LEARNING_RECORDS_AUTHORITY:+--cacert "$LEARNING_RECORDS_AUTHORITY"} \
        "${address%/}/LearnerService.svc" <<END
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:find="http://api.lrs.miap.gov.uk/findmsg">
  <soapenv:Body>
    <find:FindLearnerByULN>
      <FindType>FUL</FindType>
      <UKPRN>$(escaped "${LEARNING_RECORDS_UKPRN:-TEST0001}")</UKPRN>
      <OrgPassword>$(escaped "${LEARNING_RECORDS_PASSWORD:-CompatSitePass01}")</OrgPassword>
      <UserName>$(escaped "${LEARNING_RECORDS_USER:-example}")</UserName>
      <ULN>$(escaped "$1")</ULN>
      <FamilyName>$(escaped "$2")</FamilyName>
      <GivenName>$(escaped "$3")</GivenName>
    </find:FindLearnerByULN>
  </soapenv:Body>
</soapenv:Envelope>
END
}

pause=1
until answer=$(ask "$@"); do
    [ "$retries" -gt 0 ] || { echo "No answer from $address." >&2; exit 2; }
    retries=$((retries - 1))
    sleep "$pause"
    pause=$((2 * pause))
done

status=$(printf '%s\n' "$answer" | tail -n 1)
body=$(printf '%s\n' "$answer" | sed '$d')
case $status in
    200) printf '%s\n' "$body" ;;
    405)
        echo "The service is closed for maintenance. Run the program again later." >&2
        exit 2
        ;;
    500)
        case $body in
            *'<ErrorCode>WSEC0004</ErrorCode>'*)
                echo "WSEC0004: the service is closed at this hour. Run the program again later." >&2
                exit 2
                ;;
        esac
        printf '%s\n' "$body" >&2
        exit 1
        ;;
    *)
        echo "$address answers with HTTP status $status and no SOAP." >&2
        exit 2
        ;;
esac

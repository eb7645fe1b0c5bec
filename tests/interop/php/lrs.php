<?php
// Asks an LRS endpoint with PHP's SoapClient and prints what that makes of the answer, a fact a line.
//
//   php lrs.php ADDRESS operations LearnerService|LearnerServiceR9
//   php lrs.php ADDRESS find PASSWORD ULN FAMILY_NAME GIVEN_NAME
//   php lrs.php ADDRESS register PASSWORD FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH
//   php lrs.php ADDRESS misdirect
//
// For HTTPS, TLS_CA is the authority's certificate; TLS_CERTIFICATE the client's, its key in the same file.

// SoapClient always sends the action that fits.
class MisdirectingClient extends SoapClient
{
    public function __doRequest($request, $location, $action, $version, $oneWay = false): ?string
    {
        $other = 'http://tempuri.org/ILearnerServiceR9/ViewAudit';
        return parent::__doRequest($request, $location, $other, $version, $oneWay);
    }
}

function client(string $address, string $service, string $class = SoapClient::class): SoapClient
{
    $options = [
        // Without this, a list of one is no list.
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        'cache_wsdl' => WSDL_CACHE_NONE,
        'stream_context' => stream_context_create(['ssl' => array_filter(['cafile' => getenv('TLS_CA')])]),
    ];
    if (getenv('TLS_CERTIFICATE')) {
        $options['local_cert'] = getenv('TLS_CERTIFICATE');
    }
    return new $class("$address/$service.svc?singleWsdl", $options);
}

// A nillable element that has to be there is missing to SoapClient unless it is given as null.
function asker(string $password): array
{
    return ['OrganisationRef' => null, 'UKPRN' => 'TEST0001', 'OrgPassword' => $password, 'UserName' => 'php'];
}

function show(object $facts): void
{
    foreach (get_object_vars($facts) as $name => $value) {
        if ($name === 'Learner') {
            foreach ($value as $learner) {
                echo "Learner:\n";
                show($learner);
            }
        } elseif ($name === 'LinkedULNs') {
            echo 'LinkedULNs=', implode(' ', $value->ULN ?? []), "\n";
        } else {
            echo "$name=$value\n";
        }
    }
}

[, $address, $command] = $argv;
$rest = array_slice($argv, 3);
try {
    switch ($command) {
        case 'operations':
            foreach (client($address, $rest[0])->__getFunctions() as $signature) {
                echo 'operation=', preg_replace('/^\S+ (\w+)\(.*$/', '$1', $signature), "\n";
            }
            break;
        case 'find':
            [$password, $uln, $familyName, $givenName] = $rest;
            show(client($address, 'LearnerService')->learnerByULN(
                ['FindType' => 'FUL', 'ULN' => $uln, 'FamilyName' => $familyName, 'GivenName' => $givenName]
                + asker($password)
            ));
            break;
        case 'register':
            [$password, $familyName, $givenName, $dateOfBirth] = $rest;
            $learner = [
                'FamilyName' => $familyName, 'GivenName' => $givenName, 'DateOfBirth' => $dateOfBirth, 'Gender' => '2',
                'LastKnownPostCode' => 'LS1 4AP', 'VerificationType' => '1', 'AbilityToShare' => '1',
            ];
            show(client($address, 'LearnerService')->registerSingleLearner(['Learner' => $learner] + asker($password)));
            break;
        case 'misdirect':
            client($address, 'LearnerServiceR9', MisdirectingClient::class)->GetOrganisation([
                'invokingOrganisation' => null, 'userType' => 'ORG', 'vendorId' => 1, 'language' => 'ENG',
                'ukPrn' => 'TEST0001', 'orgRef' => null,
            ]);
            break;
    }
} catch (SoapFault $fault) {
    // What never came to an answer is a SoapFault too.
    if (in_array($fault->faultcode, ['WSDL', 'HTTP'])) {
        throw $fault;
    }
    echo "faultcode=$fault->faultcode\nfaultstring=$fault->faultstring\n";
    if (isset($fault->detail->MIAPAPIException)) {
        show($fault->detail->MIAPAPIException);
    }
}

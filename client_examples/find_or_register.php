<?php
// Find a learner by ULN or register a new one, with PHP's SoapClient (Debian: php-cli and php-soap).
//
//   php find_or_register.php ADDRESS FAMILY_NAME GIVEN_NAME ULN
//   php find_or_register.php ADDRESS FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE
//
// ADDRESS is that of the service: http://127.0.0.1:8080. Prints the response code and each learner found, or the new
// ULN. For HTTPS, the option 'local_cert' names a PEM file with the client's certificate and key.

[, $address, $familyName, $givenName] = $argv;
// An element that may be nil has to be given all the same: SoapClient takes null for nil.
$asker = [
    'OrganisationRef' => null, 'UKPRN' => 'TEST0001', 'OrgPassword' => 'CompatSitePass01', 'UserName' => 'example',
];
$names = ['FamilyName' => $familyName, 'GivenName' => $givenName];
// Without this feature a list of one learner would be a learner, and an empty list would be missing.
$service = new SoapClient("$address/LearnerService.svc?singleWsdl", ['features' => SOAP_SINGLE_ELEMENT_ARRAYS]);

try {
    if ($argc === 5) {
        $answer = $service->learnerByULN(['FindType' => 'FUL', 'ULN' => $argv[4]] + $names + $asker);
        echo "$answer->ResponseCode\n";
        foreach ($answer->Learner ?? [] as $found) {
            echo "$found->ULN $found->GivenName $found->FamilyName $found->DateOfBirth $found->LastKnownPostCode\n";
        }
    } else {
        $learner = [
            'DateOfBirth' => $argv[4], 'Gender' => $argv[5], 'LastKnownPostCode' => $argv[6],
            'VerificationType' => '1', // the learner's relationship with the school
            'AbilityToShare' => '1', // the learner has seen the privacy notice
        ];
        $answer = $service->registerSingleLearner(['Learner' => $names + $learner] + $asker);
        echo "$answer->ResponseCode\n";
        if (isset($answer->ULN)) {
            echo "$answer->ULN\n";
        }
    }
} catch (SoapFault $fault) {
    // Without this detail it is SoapClient that gives up: it has not reached the service, for one.
    $exception = $fault->detail->MIAPAPIException ?? throw $fault;
    fwrite(STDERR, "$exception->ErrorCode: $exception->Description: $exception->FurtherDetails\n");
    exit(1);
}

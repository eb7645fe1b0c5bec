<?php
// Find a learner, or register a new one, with the SoapClient of PHP 8.1 or newer (Debian: php-cli and php-soap). If the
// service finds possible matches, you choose.
//
//   php find_or_register.php ADDRESS FAMILY_NAME GIVEN_NAME ULN
//   php find_or_register.php ADDRESS FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE
//
// ADDRESS is the service's, such as http://127.0.0.1:8080. The program prints each response code, and the learner or the
// new ULN. If it is interrupted, run it again: it finds a learner whom it has already registered. For HTTPS, add the
// option 'local_cert' with a PEM file that has the client's certificate and key.

const NO_MATCH = 'WSRC0001', TOO_MANY_MATCHES = 'WSRC0002', POSSIBLE_MATCHES = 'WSRC0003', EXACT_MATCH = 'WSRC0004';
const REGISTERED = 'WSRC0005', MASTER_SUBSTITUTED = 'WSRC0022';
const GENDERS = ['0' => 'not known', '1' => 'male', '2' => 'female', '9' => 'not specified'];
// SoapClient needs every element, also one that may be nil; null means nil.
const ASKER = [
    'OrganisationRef' => null, 'UKPRN' => 'TEST0001', 'OrgPassword' => 'CompatSitePass01', 'UserName' => 'example',
];
const NOT_ASKED_BY = [
    'PreviousFamilyName' => null, 'SchoolAtAge16' => null, 'PlaceOfBirth' => null, 'EmailAddress' => null,
];

function find(SoapClient $service, array $person): stdClass
{
    return $service->learnerByDemographics(['FindType' => 'FUL'] + $person + NOT_ASKED_BY + ASKER);
}

function findOrRegister(SoapClient $service, array $person): void
{
    $answer = find($service, $person);
    echo "$answer->ResponseCode\n";
    if ($answer->ResponseCode === TOO_MANY_MATCHES) {
        stop('More than ten learners may be meant. Ask for the full names, date of birth, gender and postcode.');
    }
    $learner = match ($answer->ResponseCode) {
        EXACT_MATCH, MASTER_SUBSTITUTED => $answer->Learner[0],
        POSSIBLE_MATCHES => choose($answer->Learner),
        NO_MATCH => null,
    };
    $learner === null ? register($service, $person) : show($learner);
}

// The possible match that the user chooses; null for a new learner. Exits if the user quits.
function choose(array $learners): ?stdClass
{
    foreach ($learners as $place => $each) {
        printf("%2d  %s %s, %s, %s, %s, ULN %s\n", $place + 1, $each->GivenName, $each->FamilyName, $each->DateOfBirth,
            GENDERS[$each->Gender], $each->LastKnownPostCode, $each->ULN);
    }
    $count = count($learners);
    while (true) {
        echo "Who is it? 1 to $count, n for somebody new, q to quit: ";
        $line = fgets(STDIN);
        $said = $line === false ? 'q' : strtolower(trim($line));
        if ($said === 'q') {
            stop('Nobody has been registered.');
        }
        if ($said === 'n') {
            return null;
        }
        if (ctype_digit($said) && isset($learners[(int) $said - 1])) {
            return $learners[(int) $said - 1];
        }
    }
}

function register(SoapClient $service, array $person): void
{
    $learner = $person + [
        'VerificationType' => '1', // the learner's relationship with the school
        'AbilityToShare' => '1', // the learner has seen the privacy notice
    ];
    $answer = $service->registerSingleLearner(['Learner' => $learner] + ASKER);
    echo "$answer->ResponseCode\n";
    if ($answer->ResponseCode === REGISTERED) {
        echo "$answer->ULN\n";
        return;
    }
    // WSRC0021: someone else has registered the same learner since the find. Another find gives the ULN.
    $answer = find($service, $person);
    if (!in_array($answer->ResponseCode, [EXACT_MATCH, MASTER_SUBSTITUTED], true)) {
        stop('The service has not registered this learner. Try again in a while.');
    }
    show($answer->Learner[0]);
}

function show(stdClass $learner): void
{
    echo "$learner->ULN $learner->GivenName $learner->FamilyName $learner->DateOfBirth $learner->LastKnownPostCode\n";
    if (($learner->MasterSubstituted ?? '') === 'Y') {
        echo "This is the master of the learner who was meant: use this ULN.\n";
    }
}

function stop(string $reason): never
{
    fwrite(STDERR, "$reason\n");
    exit(1);
}

[, $address, $familyName, $givenName] = $argv;
$names = ['FamilyName' => $familyName, 'GivenName' => $givenName];
// Without this feature, SoapClient turns a list of one learner into a learner, and leaves out an empty list.
$service = new SoapClient("$address/LearnerService.svc?singleWsdl", ['features' => SOAP_SINGLE_ELEMENT_ARRAYS]);

try {
    if ($argc === 5) {
        $answer = $service->learnerByULN(['FindType' => 'FUL', 'ULN' => $argv[4]] + $names + ASKER);
        echo "$answer->ResponseCode\n";
        array_map(show(...), $answer->Learner ?? []);
    } else {
        $details = ['DateOfBirth' => $argv[4], 'Gender' => $argv[5], 'LastKnownPostCode' => $argv[6]];
        findOrRegister($service, $names + $details);
    }
} catch (SoapFault $fault) {
    // A fault without this detail is SoapClient's own: it may not have reached the service.
    $exception = $fault->detail->MIAPAPIException ?? throw $fault;
    stop("$exception->ErrorCode: $exception->Description: $exception->FurtherDetails");
}

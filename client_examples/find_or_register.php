<?php
// Find a learner, or register one who is new, with the SoapClient of PHP 8.1 or newer (Debian: php-cli and php-soap).
// Where others may be meant, a person says who it is.
//
//   php find_or_register.php ADDRESS FAMILY_NAME GIVEN_NAME ULN
//   php find_or_register.php ADDRESS FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE
//
// ADDRESS is that of the service: http://127.0.0.1:8080. Prints each response code, and the learner or the new ULN. Run
// it again if it is cut off: it finds whom it has registered. For HTTPS, the option 'local_cert' names a PEM file with
// the client's certificate and key.

const NO_MATCH = 'WSRC0001', TOO_MANY_MATCHES = 'WSRC0002', POSSIBLE_MATCHES = 'WSRC0003', EXACT_MATCH = 'WSRC0004';
const REGISTERED = 'WSRC0005', MASTER_SUBSTITUTED = 'WSRC0022';
const GENDERS = ['0' => 'not known', '1' => 'male', '2' => 'female', '9' => 'not specified'];
// An element that may be nil has to be given all the same: SoapClient takes null for nil.
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

// Whom a person picks of the possible matches; null for somebody new. Ends the program where the person quits.
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
    // WSRC0021: somebody else has registered the same learner since the find, so that another one gives the ULN.
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
// Without this feature a list of one learner would be a learner, and an empty list would be missing.
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
    // Without this detail it is SoapClient that gives up: it has not reached the service, for one.
    $exception = $fault->detail->MIAPAPIException ?? throw $fault;
    stop("$exception->ErrorCode: $exception->Description: $exception->FurtherDetails");
}

<?php
// Find a learner, or register a new one, with the SoapClient of PHP 8.1 or newer (Debian: php-cli and php-soap). If the
// service finds possible matches, you choose.
//
//   php find_or_register.php FAMILY_NAME GIVEN_NAME ULN
//   php find_or_register.php FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE
//
// The environment says which service to call and who calls it: see README.md. The program prints each response code, and
// the learner or the new ULN. If it is interrupted, run it again: it finds a learner whom it has already registered.

require __DIR__ . '/lrs_client.php';

const NO_MATCH = 'WSRC0001', TOO_MANY_MATCHES = 'WSRC0002', POSSIBLE_MATCHES = 'WSRC0003';
const GENDERS = ['0' => 'not known', '1' => 'male', '2' => 'female', '9' => 'not specified'];
// SoapClient needs every element, also one that may be nil; null means nil.
const NOT_ASKED_BY = [
    'PreviousFamilyName' => null, 'SchoolAtAge16' => null, 'PlaceOfBirth' => null, 'EmailAddress' => null,
];

function find(LrsClient $service, array $person): stdClass
{
    return $service->read('learnerByDemographics', ['FindType' => 'FUL'] + $person + NOT_ASKED_BY);
}

function findOrRegister(LrsClient $service, array $person): void
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

// Register a learner whom a find has not found. Nobody is registered twice: if the answer is lost, or someone else has
// registered the same learner, a find gives the ULN.
function register(LrsClient $service, array $person): void
{
    $learner = $person + [
        'VerificationType' => '1', // the learner's relationship with the school
        'AbilityToShare' => '1', // the learner has seen the privacy notice
    ];
    $answer = null;
    for ($left = $service->retries; $answer === null; --$left) {
        try {
            $answer = $service->sendOnce('registerSingleLearner', ['Learner' => $learner]);
        } catch (NoAnswer $lost) {
            // Look for the learner below.
        }
        if ($answer?->ResponseCode === REGISTERED) {
            echo "$answer->ResponseCode\n$answer->ULN\n";
            return;
        }
        $found = find($service, $person);
        if (in_array($found->ResponseCode, [EXACT_MATCH, MASTER_SUBSTITUTED], true)) {
            echo "$found->ResponseCode\n";
            show($found->Learner[0]);
            return;
        }
        if ($answer === null && $left === 0) {
            throw $lost;
        }
    }
    echo "$answer->ResponseCode\n";
    stop('The service has not registered this learner. Try again in a while.');
}

function show(stdClass $learner): void
{
    echo "$learner->ULN $learner->GivenName $learner->FamilyName $learner->DateOfBirth $learner->LastKnownPostCode\n";
    if (($learner->MasterSubstituted ?? '') === 'Y') {
        echo "This is the master of the learner who was meant: use this ULN.\n";
    }
}

if (!in_array($argc, [4, 6], true)) {
    stop('Give FAMILY_NAME GIVEN_NAME ULN, or FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE.');
}
[, $familyName, $givenName] = $argv;
$names = ['FamilyName' => $familyName, 'GivenName' => $givenName];
$service = new LrsClient();
if ($argc === 4) {
    $answer = $service->read('learnerByULN', ['FindType' => 'FUL', 'ULN' => $argv[3]] + $names);
    echo "$answer->ResponseCode\n";
    array_map(show(...), $answer->Learner ?? []);
} else {
    $details = ['DateOfBirth' => $argv[3], 'Gender' => $argv[4], 'LastKnownPostCode' => $argv[5]];
    findOrRegister($service, $names + $details);
}

<?php
// Read a learner's Personal Learning Record and print it as a table, with the SoapClient of PHP 8.1 or newer (Debian:
// php-cli and php-soap).
//
//   php learning_events.php [--get-type FULL|BRIEF] [--user-type LNR|ORG|SER] [--language ENG|CYM]
//                           ADDRESS ULN FAMILY_NAME GIVEN_NAME
//
// ADDRESS is the service's, such as http://127.0.0.1:8080. The program prints the answer in words, then a row for each
// learning event; columns that no event fills are left out. The exit status is 0 if the service sent the record, even an
// empty one. The learner can see later who asked for it. For HTTPS, add the option 'local_cert' with a PEM file that has
// the client's certificate and key.

const ASKER = ['Ukprn' => 'TEST0001', 'Password' => 'CompatSitePass01', 'Username' => 'example'];
const VENDOR = 1; // the number of the software's vendor

const ANSWERS = [
    'WSRC0004' => "this is the learner's record",
    'WSRC0022' => "the ULN is linked to a master, whose ULN is the one to use; this is the record of all its ULNs",
    'WSEC0136' => 'this is not a ULN: a ULN has ten digits, and the last one checks the others',
    'WSEC0206' => 'the learner has not opted to share the record, so only the learner may read it',
    'WSEC0208' => 'no learner has this ULN and exactly these names',
];
const RECORDS = ['WSRC0004', 'WSRC0022'];
const COLUMNS = [
    'AchievementAwardDate' => 'Awarded',
    'Source' => 'Source',
    'QualificationType' => 'Type',
    'Subject' => 'Subject',
    'SubjectCode' => 'Code',
    'Level' => 'Level',
    'Grade' => 'Grade',
    'Credits' => 'Credits',
    'AwardingOrganisationName' => 'Awarded by',
];
const NO_GRADE = '9999999999';

// The lines of a table: a row for each event, without the columns that no event fills.
function table(array $events): array
{
    $lines = array_fill(0, count($events) + 1, '');
    foreach (COLUMNS as $field => $heading) {
        $cells = array_map(fn($event) => cell($event->$field ?? null), $events);
        if (!array_filter($cells, 'strlen')) {
            continue;
        }
        $width = max(array_map('iconv_strlen', [$heading, ...$cells]));
        foreach ([$heading, ...$cells] as $row => $text) {
            $lines[$row] .= $text . str_repeat(' ', $width - iconv_strlen($text) + 2);
        }
    }
    return array_map('rtrim', $lines);
}

function cell(string|int|null $value): string
{
    return $value === NO_GRADE ? '' : (string) $value;
}

// The words of a fault: the service's own, or those of the SOAP library.
function wordsOf(SoapFault $fault): string
{
    $exception = $fault->detail->DomainFault ?? null;
    if ($exception === null) {
        return "$fault->faultcode: $fault->faultstring";
    }
    // SoapClient decodes base64 in answers, but not in the details of faults.
    return "$exception->ErrorCode: " . base64_decode($exception->ErrorDetail);
}

function stop(string $reason): never
{
    fwrite(STDERR, "$reason\n");
    exit(1);
}

$given = getopt('', ['get-type:', 'user-type:', 'language:'], $rest);
if (count($argv) - $rest !== 4) {
    stop('Give ADDRESS ULN FAMILY_NAME GIVEN_NAME, after the options.');
}
[$address, $uln, $familyName, $givenName] = array_slice($argv, $rest);
// Without this feature, SoapClient turns a list of one event into an event.
$service = new SoapClient("$address/LearnerServiceR9.svc?singleWsdl", ['features' => SOAP_SINGLE_ELEMENT_ARRAYS]);

try {
    $answer = $service->GetLearnerLearningEvents([
        'invokingOrganisation' => ASKER,
        'userType' => $given['user-type'] ?? 'ORG',
        'vendorID' => VENDOR,
        'language' => $given['language'] ?? 'ENG',
        'uln' => $uln,
        'givenName' => $givenName,
        'familyName' => $familyName,
        'getType' => $given['get-type'] ?? 'FULL',
    ])->GetLearnerLearningEventsResult;
} catch (SoapFault $fault) {
    stop(wordsOf($fault));
}
echo "$answer->ResponseCode: ", ANSWERS[$answer->ResponseCode], "\n";
if (!in_array($answer->ResponseCode, RECORDS, true)) {
    exit(1);
}
$events = $answer->LearnerRecord->LearningEvent ?? [];
echo "ULN $answer->FoundULN, ", count($events), " learning events\n";
if ($events) {
    echo implode("\n", table($events)), "\n";
}

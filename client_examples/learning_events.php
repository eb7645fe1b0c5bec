<?php
// Read a learner's Personal Learning Record and print it as a table, with the SoapClient of PHP 8.1 or newer (Debian:
// php-cli and php-soap).
//
//   php learning_events.php [--get-type FULL|BRIEF] [--user-type LNR|ORG|SER] [--language ENG|CYM]
//                           ULN FAMILY_NAME GIVEN_NAME
//
// The environment says which service to call and who calls it: see README.md. The program prints the answer in words,
// then a row for each learning event; columns that no event fills are left out. The exit status is 0 if the service sent
// the record, even an empty one. The learner can see later who asked for it.

require __DIR__ . '/lrs_client.php';

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

$given = getopt('', ['get-type:', 'user-type:', 'language:'], $rest);
if (count($argv) - $rest !== 3) {
    stop('Give ULN FAMILY_NAME GIVEN_NAME, after the options.');
}
[$uln, $familyName, $givenName] = array_slice($argv, $rest);
$answer = (new LrsClient('LearnerServiceR9'))->read('GetLearnerLearningEvents', [
    'userType' => $given['user-type'] ?? 'ORG',
    'language' => $given['language'] ?? 'ENG',
    'uln' => $uln,
    'givenName' => $givenName,
    'familyName' => $familyName,
    'getType' => $given['get-type'] ?? 'FULL',
])->GetLearnerLearningEventsResult;
echo "$answer->ResponseCode: ", ANSWERS[$answer->ResponseCode], "\n";
if (!in_array($answer->ResponseCode, RECORDS, true)) {
    exit(1);
}
$events = $answer->LearnerRecord->LearningEvent ?? [];
echo "ULN $answer->FoundULN, ", count($events), " learning events\n";
if ($events) {
    echo implode("\n", table($events)), "\n";
}

<?php
// Register up to 200 learners in a batch, with the SoapClient of PHP 8.1 or newer (Debian: php-cli and php-soap): submit
// them, wait until they are done, and write down their ULNs.
//
//   php batch.php [--check] [--wait SECONDS] [LEARNERS [ULNS]]
//   php batch.php --job JOBID [--wait SECONDS] [LEARNERS [ULNS]]
//
// The environment says which service to call and who calls it: see README.md. LEARNERS is a CSV file in UTF-8 with the
// contract's columns and a MISIdentifier for each learner, by default learners.csv beside this program. The program
// writes ULNS, by default ulns.csv: the same learners with the columns ULN and ReturnCode, matched by MISIdentifier.
// With --check it registers and updates nobody.
//
// The program shows the JobID as soon as there is one. The service finishes a submitted job even if the program stops.
// If the program is interrupted, or has waited for SECONDS, continue with --job. If it is interrupted before it shows a
// JobID, run it again: a learner who is already registered gets the same ULN.

require __DIR__ . '/lrs_client.php';

const SUBMITTED = 'WSRC0007', INCOMPLETE = 'WSRC0008', SUCCESSFUL = 'WSRC0009', FAILED = 'WSRC0010';
const COUNT_INCORRECT = 'WSRC0017', UNKNOWN_JOB = 'WSRC0018';
const NO_SUCCESS = [
    FAILED => 'the job has failed; some of its learners may be registered, so submit them again',
    COUNT_INCORRECT => 'LearnerRecordCount is not the number of learners, so there is no job',
    UNKNOWN_JOB => 'this organisation has no such job',
];
const COUNTS = [
    'NewLearnersCount' => 'new',
    'ExistsUpdatedLearnersCount' => 'already registered',
    'PossibleMatchLearnersCount' => 'with possible matches',
    'LearnersNotFoundCount' => 'not found',
    'RejectedLearnersCount' => 'rejected',
];
// A person must decide about RC006 and the codes after it.
const OUTCOMES = [
    'RC001' => 'newly registered',
    'RC002' => 'already registered with exactly these details',
    'RC003' => 'the ULN is right, and the learner is updated',
    'RC004' => 'linked to a master, whose ULN is the one to use',
    'RC005' => 'the ULN is right, and nothing changes',
    'RC006' => 'new, and AbilityToShare or VerificationType is missing',
    'RC007' => 'may be a learner who is already registered',
    'RC008' => 'may be one of more than ten registered learners',
    'RC009' => "the ULN is unknown or another learner's; or --check found nobody",
    'RC010' => 'one of the names, the date of birth, gender or postcode is missing',
    'RC011' => 'a field is malformed, or the age is below 13 or above 110',
    'RC012' => 'the UPN or UCI is malformed',
    'RC013' => 'the age is below 13 or above 110',
];
const FIELDS = [
    'ULN', 'MISIdentifier', 'Title', 'GivenName', 'PreferredGivenName', 'MiddleOtherName', 'FamilyName',
    'PreviousFamilyName', 'FamilyNameAtAge16', 'SchoolAtAge16', 'LastKnownAddressLine1', 'LastKnownAddressLine2',
    'LastKnownAddressTown', 'LastKnownAddressCountyOrCity', 'LastKnownPostCode', 'DateOfAddressCapture', 'DateOfBirth',
    'PlaceOfBirth', 'EmailAddress', 'Gender', 'Nationality', 'ScottishCandidateNumber', 'AbilityToShare',
    'VerificationType', 'OtherVerificationDescription', 'Notes',
];
const MOST_LEARNERS = 200;
const FIRST_PAUSE = 0.5, LONGEST_PAUSE = 60.0;

// The learners of a file, by the contract's names. Exits if they cannot make a batch.
function read(string $file): array
{
    $source = @fopen($file, 'r') ?: stop("$file: cannot be read.");
    if (fread($source, 3) !== "\xEF\xBB\xBF") {
        rewind($source); // no byte order mark
    }
    $names = fgetcsv($source, escape: '') ?: [];
    if ($unknown = array_diff($names, FIELDS)) {
        stop("$file: the contract's BatchLearner has no " . implode(', ', $unknown) . '.');
    }
    $learners = [];
    while ($row = fgetcsv($source, escape: '')) {
        if ($row === [null]) {
            continue; // an empty line
        }
        if (count($row) !== count($names)) {
            stop("$file: not every row has " . count($names) . ' columns.');
        }
        $learners[] = array_combine($names, $row);
    }
    $count = count($learners);
    $identifiers = array_filter(array_column($learners, 'MISIdentifier'), 'strlen');
    if (count(array_unique($identifiers)) < $count) {
        stop("$file: each learner needs its own MISIdentifier, which finds its outcome.");
    }
    if ($count < 1 || $count > MOST_LEARNERS) {
        stop("$file: $count learners, but a batch has 1 to " . MOST_LEARNERS . '.');
    }
    return $learners;
}

// The JobID of a new job. Exits if the service makes none.
function submit(LrsClient $service, array $learners, string $jobType): int
{
    // Leave out empty fields.
    $filledIn = array_map(fn($learner) => array_filter($learner, 'strlen'), $learners);
    $request = ['JobType' => $jobType, 'LearnerRecordCount' => count($filledIn), 'Learner' => $filledIn];
    try {
        $answer = $service->sendOnce('submitBatchRegistration', $request);
    } catch (NoAnswer $lost) {
        stop(
            $lost->getMessage() . ' The service may have the batch all the same. '
                . 'Run the program again: a learner who is registered by then gets the same ULN.',
            $lost->getCode(),
        );
    }
    if ($answer->ResponseCode !== SUBMITTED) {
        stopAt($answer);
    }
    echo SUBMITTED . ": job $answer->JobID\n";
    return $answer->JobID;
}

// The output of a job, once it is done. Exits if it fails, or is not done after these seconds.
function waitFor(LrsClient $service, int $job, float $seconds): stdClass
{
    $deadline = microtime(true) + $seconds;
    $pause = FIRST_PAUSE;
    while (($answer = ask($service, $job)) === null || $answer->ResponseCode === INCOMPLETE) {
        echo $answer === null ? '' : INCOMPLETE . ": $answer->JobStatus\n";
        $left = $deadline - microtime(true);
        if ($left <= 0) {
            stop("Job $job is not done yet. Go on later with --job $job.");
        }
        usleep((int) (1e6 * min($pause, $left)));
        $pause = min(2 * $pause, LONGEST_PAUSE);
    }
    if ($answer->ResponseCode !== SUCCESSFUL) {
        stopAt($answer);
    }
    return $answer;
}

// The service's answer about a job; null if no answer comes, which is worth another try.
function ask(LrsClient $service, int $job): ?stdClass
{
    try {
        return $service->sendOnce('getBatchRegistrationOutput', ['JobID' => $job]);
    } catch (NoAnswer $lost) {
        echo $lost->getMessage(), "\n";
        return null;
    } catch (Closed $closed) {
        stop($closed->getMessage() . " Go on with --job $job.", $closed->getCode());
    }
}

// Print how many learners have each outcome.
function show(stdClass $answer): void
{
    $counts = array_map(fn($name, $words) => "{$answer->$name} $words", array_keys(COUNTS), COUNTS);
    echo SUCCESSFUL . ': ' . implode(', ', $counts) . "\n";
    $codes = array_count_values(array_column($answer->Learner, 'ReturnCode'));
    ksort($codes);
    foreach ($codes as $code => $number) {
        printf("%3d %s: %s\n", $number, $code, OUTCOMES[$code] ?? 'not known to this program');
    }
}

// Write the learners with their outcomes. The file appears only when it is complete.
function write(string $file, array $learners, stdClass $answer): void
{
    $done = array_column($answer->Learner, null, 'MISIdentifier');
    if (array_diff(array_column($learners, 'MISIdentifier'), array_keys($done)) || count($done) !== count($learners)) {
        stop('The job has other learners: its MISIdentifiers are different.');
    }
    $target = @fopen("$file.part", 'w') ?: stop("$file.part: cannot be written.");
    $row = fn($values) => fputcsv($target, $values, escape: '', eol: "\r\n");
    $row(array_keys($learners[0] + ['ULN' => '', 'ReturnCode' => '']));
    foreach ($learners as $learner) {
        $answered = $done[$learner['MISIdentifier']];
        $row(array_merge($learner, ['ULN' => $answered->ULN ?? '', 'ReturnCode' => $answered->ReturnCode]));
    }
    fsync($target);
    fclose($target);
    rename("$file.part", $file);
}

// Exit with the service's answer in words.
function stopAt(stdClass $answer): never
{
    stop("$answer->ResponseCode: " . (NO_SUCCESS[$answer->ResponseCode] ?? 'not known to this program') . '.');
}

$given = getopt('', ['check', 'job:', 'wait:'], $rest);
[$learnersFile, $ulnsFile] = array_slice($argv, $rest) + [__DIR__ . '/learners.csv', 'ulns.csv'];
$learners = read($learnersFile);
$service = new LrsClient();
$job = (int) ($given['job'] ?? submit($service, $learners, isset($given['check']) ? 'CHK' : 'FUL'));
$answer = waitFor($service, $job, (float) ($given['wait'] ?? 3600));
write($ulnsFile, $learners, $answer);
show($answer);

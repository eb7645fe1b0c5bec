<?php
// Register up to 200 learners in a batch, with the SoapClient of PHP 8.1 or newer (Debian: php-cli and php-soap): submit
// them, wait until they are done, and write down their ULNs.
//
//   php batch.php [--check] [--wait SECONDS] ADDRESS [LEARNERS [ULNS]]
//   php batch.php --job JOBID [--wait SECONDS] ADDRESS [LEARNERS [ULNS]]
//
// ADDRESS is that of the service: http://127.0.0.1:8080. LEARNERS is a CSV in UTF-8 whose columns are the contract's,
// with a MISIdentifier for each learner: learners.csv, which is beside this program, if left out. ULNS, or else ulns.csv,
// will be the same with the columns ULN and ReturnCode, matched by MISIdentifier. With --check nobody is registered or
// updated. For HTTPS, the option 'local_cert' names a PEM file with the client's certificate and key.
//
// The JobID is shown as soon as the service has it: a job that was submitted will be done, whatever becomes of this
// program. If it is cut off, or gives up after the SECONDS that it may wait, --job goes on with the job. If it is cut off
// before it has shown a JobID, run it again: whoever has been registered gets the same ULN.

const SUBMITTED = 'WSRC0007', INCOMPLETE = 'WSRC0008', SUCCESSFUL = 'WSRC0009', FAILED = 'WSRC0010';
const COUNT_INCORRECT = 'WSRC0017', UNKNOWN_JOB = 'WSRC0018';
const NO_SUCCESS = [
    FAILED => 'the job has failed; some of its learners may be registered, so submit them again',
    COUNT_INCORRECT => 'there are more or fewer learners than was said, and no job',
    UNKNOWN_JOB => 'this organisation has no such job',
];
const COUNTS = [
    'NewLearnersCount' => 'new',
    'ExistsUpdatedLearnersCount' => 'held already',
    'PossibleMatchLearnersCount' => 'possibly held',
    'LearnersNotFoundCount' => 'not found',
    'RejectedLearnersCount' => 'rejected',
];
// From RC006 on it is for a person to say what is to be done.
const OUTCOMES = [
    'RC001' => 'newly registered',
    'RC002' => 'is held with exactly these details',
    'RC003' => 'the ULN is right, the learner has been updated',
    'RC004' => 'linked to a master, whose ULN is the one to use',
    'RC005' => 'the ULN is right, nothing is to be changed',
    'RC006' => 'new, and AbilityToShare or VerificationType is missing',
    'RC007' => 'may be one of those who are held',
    'RC008' => 'may be one of more than ten who are held',
    'RC009' => "the ULN is nobody's or another learner's; or nobody is held whom --check could find",
    'RC010' => 'one of the names, the date of birth, gender or postcode is missing',
    'RC011' => 'a field is not as it has to be, or the age is below 13 or above 110',
    'RC012' => 'the UPN or UCI is not as it has to be',
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
// An element that may be nil has to be given all the same: SoapClient takes null for nil.
const ASKER = [
    'OrganisationRef' => null, 'UKPRN' => 'TEST0001', 'OrgPassword' => 'CompatSitePass01', 'UserName' => 'example',
];

// The learners of a file, by the contract's names. Ends the program where a batch cannot be made of them.
function read(string $file): array
{
    $source = fopen($file, 'r') ?: exit(1);
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
        stop("$file: each learner needs a MISIdentifier of its own, to be found by in the answer.");
    }
    if ($count < 1 || $count > MOST_LEARNERS) {
        stop("$file: $count learners, where a batch has 1 to " . MOST_LEARNERS . '.');
    }
    return $learners;
}

// The JobID of a new job. Ends the program where there is none.
function submit(SoapClient $service, array $learners, string $jobType): int
{
    // A field that is empty has not been filled in.
    $filledIn = array_map(fn($learner) => array_filter($learner, 'strlen'), $learners);
    $answer = $service->submitBatchRegistration(
        ['JobType' => $jobType, 'LearnerRecordCount' => count($filledIn), 'Learner' => $filledIn] + ASKER,
    );
    if ($answer->ResponseCode !== SUBMITTED) {
        stopAt($answer);
    }
    echo SUBMITTED . ": job $answer->JobID\n";
    return $answer->JobID;
}

// The answer about a job that is done. Ends the program where it fails, or takes longer than these seconds.
function waitFor(SoapClient $service, int $job, float $seconds): stdClass
{
    $deadline = microtime(true) + $seconds;
    $pause = FIRST_PAUSE;
    while (($answer = ask($service, $job)) === null || $answer->ResponseCode === INCOMPLETE) {
        echo $answer === null ? 'no connection' : INCOMPLETE . ": $answer->JobStatus", "\n";
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

// What the service says of a job; null where it cannot be reached, which is no reason to give up.
function ask(SoapClient $service, int $job): ?stdClass
{
    try {
        return $service->getBatchRegistrationOutput(['JobID' => $job] + ASKER);
    } catch (SoapFault $fault) {
        // The second is what SoapClient says of an answer that breaks off.
        $unreached = $fault->faultcode === 'HTTP' || $fault->getMessage() === 'looks like we got no XML document';
        return $unreached ? null : throw $fault;
    }
}

// Print how many learners came out how.
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

// Write the learners with what has become of them; the file is never there in part.
function write(string $file, array $learners, stdClass $answer): void
{
    $done = array_column($answer->Learner, null, 'MISIdentifier');
    if (array_diff(array_column($learners, 'MISIdentifier'), array_keys($done)) || count($done) !== count($learners)) {
        stop('The job is not of these learners: it has other MISIdentifiers.');
    }
    $target = fopen("$file.part", 'w') ?: exit(1);
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

// End the program with what the service has answered.
function stopAt(stdClass $answer): never
{
    stop("$answer->ResponseCode: " . (NO_SUCCESS[$answer->ResponseCode] ?? 'not known to this program') . '.');
}

function stop(string $reason): never
{
    fwrite(STDERR, "$reason\n");
    exit(1);
}

$given = getopt('', ['check', 'job:', 'wait:'], $rest);
[$address, $learnersFile, $ulnsFile] = array_slice($argv, $rest) + [1 => __DIR__ . '/learners.csv', 2 => 'ulns.csv'];
$learners = read($learnersFile);
// Without this feature a list of one learner would be a learner.
$service = new SoapClient("$address/LearnerService.svc?singleWsdl", ['features' => SOAP_SINGLE_ELEMENT_ARRAYS]);

try {
    $job = (int) ($given['job'] ?? submit($service, $learners, isset($given['check']) ? 'CHK' : 'FUL'));
    $answer = waitFor($service, $job, (float) ($given['wait'] ?? 3600));
} catch (SoapFault $fault) {
    // Without this detail it is SoapClient that gives up: it has not reached the service, for one.
    $exception = $fault->detail->MIAPAPIException ?? throw $fault;
    stop("$exception->ErrorCode: $exception->Description: $exception->FurtherDetails");
}
write($ulnsFile, $learners, $answer);
show($answer);

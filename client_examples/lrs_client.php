<?php
// Call the Learning Records Service with the SoapClient of PHP 8.1 or newer (Debian: php-cli and php-soap). The programs
// beside this one share it: copy it along with them.
//
// The environment says which service to call, who calls it and how long to wait; README.md lists the variables. Every
// call has a timeout. LrsClient::read is for what changes nothing, and asks again if no answer comes. LrsClient::sendOnce
// is for what changes something: if no answer comes, nobody knows whether the service has done it.

const REGISTERED = 'WSRC0005', EXACT_MATCH = 'WSRC0004', MASTER_SUBSTITUTED = 'WSRC0022';
const OUT_OF_HOURS = 'WSEC0004';
const LONGEST_RETRY_PAUSE = 30;

// A call that did not come to an answer of its operation. The message says why, to a person; the code is the exit status.
class LrsError extends Exception
{
}

// No answer has come. If something was sent, nobody knows whether the service has done it.
class NoAnswer extends LrsError
{
}

// The service is closed for the night or for maintenance, and has done nothing.
class Closed extends LrsError
{
}

class LrsClient
{
    private const NOT_NOW = 2;

    public readonly int $retries;
    private readonly string $address;
    private readonly int $timeout;
    private readonly SoapClient $client;
    private readonly array $asker;

    // One of the service's two ports: LearnerService or LearnerServiceR9. Reads the WSDL at once.
    public function __construct(string $service = 'LearnerService')
    {
        $this->address = rtrim(self::variable('ADDRESS', 'http://127.0.0.1:8080'), '/');
        $this->timeout = self::wholeNumber('TIMEOUT', 30, 1);
        $this->retries = self::wholeNumber('RETRIES', 3, 0);
        $ukprn = self::variable('UKPRN', 'TEST0001');
        $password = self::variable('PASSWORD', 'CompatSitePass01');
        $user = self::variable('USER', 'example');
        // SoapClient needs every element, also one that may be nil; null means nil.
        $this->asker = $service === 'LearnerService'
            ? ['OrganisationRef' => null, 'UKPRN' => $ukprn, 'OrgPassword' => $password, 'UserName' => $user]
            : [
                'invokingOrganisation' => ['Ukprn' => $ukprn, 'Password' => $password, 'Username' => $user],
                'vendorID' => self::wholeNumber('VENDOR', 1, 1),
            ];
        ini_set('default_socket_timeout', (string) $this->timeout);
        $address = "$this->address/$service.svc";
        $options = [
            'connection_timeout' => $this->timeout,
            // Without this, SoapClient turns a list of one learner into a learner, and leaves out an empty list.
            'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
            'location' => $address,
            'stream_context' => stream_context_create(['ssl' => array_filter(['cafile' => self::file('AUTHORITY')])]),
            'trace' => true,
        ] + array_filter(['local_cert' => self::file('CERTIFICATE')]);
        // Without the @, a WSDL that cannot be read is a warning as well as an exception.
        $this->client = $this->patiently(
            fn() => $this->answer(fn() => @new SoapClient("$address?singleWsdl", $options)),
        );
    }

    // The answer to a request that changes nothing. If no answer comes, the request is sent again.
    public function read(string $operation, array $request): stdClass
    {
        return $this->patiently(fn() => $this->sendOnce($operation, $request));
    }

    // The answer to a request, which is sent once.
    public function sendOnce(string $operation, array $request): stdClass
    {
        return $this->answer(fn() => @$this->client->__soapCall($operation, [$request + $this->asker]));
    }

    // What a call returns; without an answer, it is made again after a pause, each time a longer one.
    private function patiently(callable $call): mixed
    {
        for ($number = 0; $number < $this->retries; ++$number) {
            try {
                return $call();
            } catch (NoAnswer) {
                sleep(min(2 ** $number, LONGEST_RETRY_PAUSE));
            }
        }
        return $call();
    }

    // What a call returns, and every failure of it as an LrsError.
    private function answer(callable $call): mixed
    {
        try {
            return $call();
        } catch (SoapFault $fault) {
            throw $this->errorOf($fault);
        }
    }

    private function errorOf(SoapFault $fault): LrsError
    {
        $exception = current((array) ($fault->detail ?? [])) ?: null;
        $code = $exception->ErrorCode ?? $fault->faultcode;
        if ($code === OUT_OF_HOURS) {
            return new Closed("$code: the service is closed at this hour. Run the program again later.", self::NOT_NOW);
        }
        if (isset($exception->ErrorDetail)) { // LearnerServiceR9
            // SoapClient decodes base64 in answers, but not in the details of faults.
            return new LrsError("$code: " . base64_decode($exception->ErrorDetail), 1);
        }
        if (isset($exception->ErrorCode)) {
            $words = array_filter([$code, $exception->Description, $exception->FurtherDetails], 'strlen');
            return new LrsError(implode(': ', $words), 1);
        }
        $headers = isset($this->client) ? (string) $this->client->__getLastResponseHeaders() : '';
        if (preg_match('~^HTTP/\S+ 405 ~', $headers)) {
            return new Closed('The service is closed for maintenance. Run the program again later.', self::NOT_NOW);
        }
        // What SoapClient itself throws if an answer is not SOAP, if it breaks off, and if none comes.
        $own = ['HTTP', 'WSDL', 'Client'];
        return in_array($code, $own, true)
            ? new NoAnswer("No answer from $this->address.", self::NOT_NOW)
            : new LrsError("$code: $fault->faultstring", 1);
    }

    private static function variable(string $name, string $default = ''): string
    {
        $given = getenv("LEARNING_RECORDS_$name");
        // An empty variable counts as none, but "0" is a value, and PHP takes both for false.
        return $given === false || $given === '' ? $default : $given;
    }

    private static function wholeNumber(string $name, int $default, int $least): int
    {
        $given = self::variable($name, (string) $default);
        if (!ctype_digit($given) || (int) $given < $least) {
            throw new LrsError("LEARNING_RECORDS_$name is '$given', which is not a whole number from $least on.", 1);
        }
        return (int) $given;
    }

    private static function file(string $name): ?string
    {
        $path = self::variable($name);
        if ($path !== '' && !is_file($path)) {
            throw new LrsError("LEARNING_RECORDS_$name is '$path', and there is no such file.", 1);
        }
        return $path ?: null;
    }
}

// End a program with a sentence.
function stop(string $reason, int $status = 1): never
{
    fwrite(STDERR, "$reason\n");
    exit($status);
}

// An LrsError is one sentence and its exit status: 1, or 2 for not now.
set_exception_handler(
    fn(Throwable $error) => $error instanceof LrsError ? stop($error->getMessage(), $error->getCode()) : throw $error,
);

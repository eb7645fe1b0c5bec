<?php
// Asks LRS endpoints with PHP's SoapClient and prints what that makes of the answers, line by line as the class
// Program of client.py says.
//
// For HTTPS, TLS_CA is the authority's certificate; TLS_CERTIFICATE the client's, its key in the same file.

// SoapClient itself always sends the action that fits.
class Client extends SoapClient
{
    public ?string $action = null;

    public function __doRequest($request, $location, $action, $version, $oneWay = false): ?string
    {
        return parent::__doRequest($request, $location, $this->action ?? $action, $version, $oneWay);
    }
}

function client(string $address, string $service): Client
{
    static $clients = [];
    $options = [
        // Without this, a list of one is no list.
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        'cache_wsdl' => WSDL_CACHE_NONE,
        'stream_context' => stream_context_create(['ssl' => array_filter(['cafile' => getenv('TLS_CA')])]),
    ];
    if (getenv('TLS_CERTIFICATE')) {
        $options['local_cert'] = getenv('TLS_CERTIFICATE');
    }
    return $clients["$address/$service"] ??= new Client("$address/$service.svc?singleWsdl", $options);
}

function operations(Client $client): array
{
    return preg_replace('/^\S+ (\w+)\(.*$/', '$1', $client->__getFunctions());
}

function ask(Client $client, string $operation, ?string $action, array $request): array
{
    $client->action = $action;
    try {
        return ['answer' => $client->__soapCall($operation, [$request])];
    } catch (SoapFault $fault) {
        // What never came to an answer is a SoapFault too.
        if (in_array($fault->faultcode, ['WSDL', 'HTTP'])) {
            throw $fault;
        }
        // The detail holds one exception.
        $fields = (array) (current((array) ($fault->detail ?? [])) ?: []);
        return ['fault' => ['faultcode' => $fault->faultcode, 'faultstring' => $fault->faultstring] + $fields];
    }
}

while ($line = fgets(STDIN)) {
    [$address, $service, $operation, $action, $request] = json_decode($line, true);
    $client = client($address, $service);
    $said = $operation === null ? ['operations' => operations($client)] : ask($client, $operation, $action, $request);
    echo json_encode($said, JSON_THROW_ON_ERROR), "\n";
}

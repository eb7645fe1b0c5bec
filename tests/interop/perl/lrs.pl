#!/usr/bin/perl
# Asks LRS endpoints with SOAP::Lite and prints what that makes of the answers, line by line as the class Program of
# client.py says.
#
# For HTTPS, TLS_CA is the authority's certificate; TLS_CERTIFICATE the client's, its key in the same file.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use JSON::PP;
use LWP::UserAgent;
use SOAP::Lite;
use Wsdl;

my %TLS = (
    $ENV{TLS_CA} ? (SSL_ca_file => $ENV{TLS_CA}) : (),
    $ENV{TLS_CERTIFICATE} ? (SSL_cert_file => $ENV{TLS_CERTIFICATE}, SSL_key_file => $ENV{TLS_CERTIFICATE}) : (),
);
my %wsdls;

sub wsdl_of {
    my ($address) = @_;
    return $wsdls{$address} //= do {
        my $answer = LWP::UserAgent->new(ssl_opts => {%TLS})->get("$address?singleWsdl");
        die $answer->status_line, "\n" unless $answer->is_success;
        Wsdl->new($answer->content);
    };
}

# An element for a value: undef is nil.
sub element {
    my ($wsdl, $field, $value) = @_;
    my $data = $field->{namespace} eq ''
        ? SOAP::Data->name($field->{name})
        : SOAP::Data->name("n:$field->{name}")->attr({ 'xmlns:n' => $field->{namespace} });
    return $data->value(undef) unless defined $value;
    # Without its types, SOAP::Lite does not escape texts either.
    return $data->value(SOAP::Utils::encode_data($value)) unless $wsdl->is_structure($field->{type});
    return $data->value(\SOAP::Data->value(elements($wsdl, $field->{type}, $value)));
}

# The elements of a structure's values, in the order of the WSDL.
sub elements {
    my ($wsdl, $type, $values) = @_;
    return map {
        my $field = $_;
        my $value = $values->{ $field->{name} };
        map { element($wsdl, $field, $_) } ref $value eq 'ARRAY' ? @$value : $value;
    } grep { exists $values->{ $_->{name} } } $wsdl->fields($type);
}

# What was read at a path of an answer, whose elements are those of a type.
sub reading {
    my ($wsdl, $message, $path, $type) = @_;
    my %fields = map { $_->{name} => $_ } $wsdl->fields($type);
    my (%read, $place);
    for my $data ($message->dataof("$path/[>0]")) {
        ++$place;
        my $field = $fields{ $data->name } or next;
        my $value = $wsdl->is_structure($field->{type})
            ? reading($wsdl, $message, "$path/[$place]", $field->{type})
            : $data->value;
        if ($field->{many}) {
            push @{ $read{ $data->name } }, $value;
        } else {
            $read{ $data->name } = $value;
        }
    }
    return \%read;
}

sub ask {
    my ($address, $operation, $action, $request) = @_;
    my $wsdl = wsdl_of($address);
    my ($root, $own_action) = $wsdl->request($operation);
    # With its types, SOAP::Lite would send every text beyond ASCII in base64.
    my $soap = SOAP::Lite->proxy($address, ssl_opts => {%TLS})->autotype(0)
        ->on_action(sub { '"' . ($action // $own_action) . '"' })
        ->on_fault(sub { ref $_[1] ? $_[1] : die $_[0]->transport->status, "\n" });
    # A message in its own words is in no encoding of SOAP's.
    $soap->serializer->encodingStyle('');
    my $message = $soap->call(
        SOAP::Data->name("m:$root->{name}")->attr({ 'xmlns:m' => $root->{namespace} }),
        elements($wsdl, $root->{type}, $request),
    );
    return { fault => fault($message) } if $message->fault;
    my $path = '/Envelope/Body/[1]';
    my $answer = $message->dataof($path);
    return { answer => reading($wsdl, $message, $path, $wsdl->element($answer->uri, $answer->name)->{type}) };
}

sub fault {
    my ($message) = @_;
    # The detail holds one exception.
    my %fields = map { $_->name => $_->value } $message->dataof('/Envelope/Body/Fault/detail/[1]/[>0]');
    return { faultcode => $message->faultcode, faultstring => $message->faultstring, %fields };
}

my $json = JSON::PP->new->utf8->allow_nonref;
$| = 1;
while (my $line = <STDIN>) {
    my ($address, $service, $operation, $action, $request) = @{ $json->decode($line) };
    my $endpoint = "$address/$service.svc";
    my $said = defined $operation
        ? ask($endpoint, $operation, $action, $request)
        : { operations => [wsdl_of($endpoint)->operations] };
    print $json->encode($said), "\n";
}

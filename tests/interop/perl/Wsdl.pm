# What a WSDL says of operations and of the fields of messages: SOAP::Lite does not read it for such a service.
#
# A field is a hash: name, namespace ('' where it is in none), type, many (whether it may come several times).

package Wsdl;

use strict;
use warnings;
use XML::Parser;

my $SCHEMA = 'http://www.w3.org/2001/XMLSchema';

sub new {
    my ($class, $document) = @_;
    my $self = bless {
        elements => {}, types => {}, messages => {}, operations => [], of => {},
        scopes => [{}], schema => undef, path => [], anonymous => 0,
    }, $class;
    XML::Parser->new(Handlers => {
        Start => sub { my ($parser, $tag, %attributes) = @_; $self->_begin($tag, \%attributes) },
        End => sub { $self->_end },
    })->parse($document);
    return $self;
}

# The names of the operations, in order.
sub operations { return @{ $_[0]{operations} } }

# The root element of an operation's request, as a field, and its SOAPAction.
sub request {
    my ($self, $operation) = @_;
    my $of = $self->{of}{$operation} or die "The WSDL has no operation $operation.\n";
    return ($self->{elements}{ $self->{messages}{ $of->{input} } }, $of->{action});
}

# The root element in this namespace and of this name, as a field.
sub element {
    my ($self, $namespace, $name) = @_;
    return $self->{elements}{"{$namespace}$name"};
}

# The fields of a structure, those that it inherits first; none for a simple type.
sub fields {
    my ($self, $type) = @_;
    my $found = $self->{types}{$type} or return;
    return (($found->{base} ? $self->fields($found->{base}) : ()), @{ $found->{fields} });
}

# Whether a type is a structure.
sub is_structure { return exists $_[0]{types}{ $_[1] } }

sub _begin {
    my ($self, $tag, $attributes) = @_;
    my %scope = %{ $self->{scopes}[-1] };
    for my $name (keys %$attributes) {
        $scope{ $1 // '' } = $attributes->{$name} if $name =~ /^xmlns(?::(.+))?$/;
    }
    push @{ $self->{scopes} }, \%scope;
    my $kind = $self->_resolved($tag);
    my $item = { kind => $kind };
    push @{ $self->{path} }, $item;
    $self->_schema_item($1, $attributes, $item) if $kind =~ /^\{\Q$SCHEMA\E\}(.*)/;
    $self->_wsdl_item($1, $attributes, $item) if $kind =~ /^\{http:\/\/schemas\.xmlsoap\.org\/wsdl\/[^}]*\}(.*)/;
}

sub _end {
    my ($self) = @_;
    pop @{ $self->{scopes} };
    pop @{ $self->{path} };
}

sub _schema_item {
    my ($self, $kind, $attributes, $item) = @_;
    my ($parent) = grep { $_->{type} || $_->{field} } reverse @{ $self->{path} }[0 .. $#{ $self->{path} } - 1];
    if ($kind eq 'schema') {
        $self->{schema} = { namespace => $attributes->{targetNamespace}, form => $attributes->{elementFormDefault} };
    } elsif ($kind eq 'element') {
        my $qualified = !$parent || ($attributes->{form} // $self->{schema}{form} // '') eq 'qualified';
        my $field = $item->{field} = {
            name => $attributes->{name},
            namespace => $qualified ? $self->{schema}{namespace} : '',
            type => $attributes->{type} ? $self->_resolved($attributes->{type}) : '',
            many => ($attributes->{maxOccurs} // '1') ne '1',
        };
        if ($parent) {
            push @{ $parent->{type}{fields} }, $field;
        } else {
            $self->{elements}{"{$field->{namespace}}$field->{name}"} = $field;
        }
    } elsif ($kind eq 'complexType') {
        my $name = $attributes->{name} // '#' . ++$self->{anonymous};
        my $key = "{$self->{schema}{namespace}}$name";
        $item->{type} = $self->{types}{$key} = { fields => [] };
        $parent->{field}{type} = $key if $parent;
    } elsif ($kind eq 'extension' && $parent) {
        $parent->{type}{base} = $self->_resolved($attributes->{base});
    }
}

sub _wsdl_item {
    my ($self, $kind, $attributes, $item) = @_;
    $item->{name} = $attributes->{name};
    my $outer = $self->{path}[-2];
    my $in = $outer ? $outer->{kind} : '';
    if ($kind eq 'part' && $in =~ /\}message$/) {
        $self->{messages}{ $outer->{name} } = $self->_resolved($attributes->{element}) if $attributes->{element};
    } elsif ($kind eq 'operation' && $in =~ /\}portType$/) {
        push @{ $self->{operations} }, $attributes->{name};
    } elsif ($kind eq 'input' && $self->{path}[-3]{kind} =~ /\}portType$/) {
        ($self->{of}{ $outer->{name} }{input}) = $attributes->{message} =~ /([^:]+)$/;
    } elsif ($kind eq 'operation' && exists $attributes->{soapAction}) {
        $self->{of}{ $outer->{name} }{action} = $attributes->{soapAction};
    }
}

# A name with a prefix as {namespace}name.
sub _resolved {
    my ($self, $name) = @_;
    my ($prefix, $local) = $name =~ /^(?:(.*):)?(.*)$/;
    return '{' . ($self->{scopes}[-1]{ $prefix // '' } // '') . "}$local";
}

1;

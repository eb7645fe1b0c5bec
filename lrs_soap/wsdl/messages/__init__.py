"""The message types of both ports: a module a namespace, each type once, in the order of the live WSDLs."""

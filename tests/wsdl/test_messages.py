"""Where the contract's types are declared: one module a namespace, in the order of the WSDL."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import facets, messages
from lrs_soap.wsdl.declarations import Message, SimpleType, base_of, own_fields_of
from lrs_soap.wsdl.document import NamedType, types_of
from lrs_soap.wsdl.facets import Facet

PUBLISHED = dict.fromkeys(each for port in (LEARNER_SERVICE, LEARNER_SERVICE_R9) for each in types_of(port))
MODULES = [module.name for module in pkgutil.iter_modules(messages.__path__)]


def namespace_of(named: NamedType) -> str:
    return named.namespace if isinstance(named, SimpleType) else named.__namespace__


def declared_in(module: str) -> list[NamedType]:
    name = f"{messages.__name__}.{module}"
    values = vars(importlib.import_module(name)).values()
    return [
        each
        for each in values
        if isinstance(each, SimpleType)
        or (isinstance(each, type) and issubclass(each, Message) and each.__module__ == name)
    ]


def made_of(named: NamedType) -> Iterator[NamedType]:
    """The types of the same namespace that have to be declared before one."""
    if isinstance(named, SimpleType):
        return
    for other in (base_of(named), *(field.declared.of for field in own_fields_of(named))):
        if other in PUBLISHED and namespace_of(other) == namespace_of(named):
            yield other


def in_order(namespace: str) -> list[NamedType]:
    """A namespace's types in the order of the WSDL, each after those that it is made of."""
    ordered: dict[NamedType, None] = {}

    def add(named: NamedType) -> None:
        for other in made_of(named):
            add(other)
        ordered.setdefault(named)

    for named in PUBLISHED:
        if namespace_of(named) == namespace:
            add(named)
    return list(ordered)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_the_types_of_one_namespace_in_the_order_of_the_wsdl(module: str) -> None:
    declared = declared_in(module)
    (namespace,) = {namespace_of(each) for each in declared}
    assert declared == in_order(namespace)


def test_every_type_is_declared_in_one_module() -> None:
    declared = [each for module in MODULES for each in declared_in(module)]
    assert len(declared) == len(PUBLISHED)
    assert set(declared) == PUBLISHED.keys()


def test_a_facet_is_declared_once() -> None:
    names = [each.name for each in vars(facets).values() if isinstance(each, Facet)]
    assert len(names) == len(set(names))

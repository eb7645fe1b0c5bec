"""The part of Spyne 2.14 that lrs-soap uses."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from typing_extensions import Self

class ModelBaseMeta(type): ...

class ModelBase(metaclass=ModelBaseMeta):
    Attributes: ClassVar[Any]
    __namespace__: ClassVar[str]
    @classmethod
    def customize(cls, **kwargs: object) -> type[Self]: ...
    @classmethod
    def get_type_name(cls) -> str: ...

class Unicode(ModelBase): ...
class Integer32(ModelBase): ...
class Integer64(ModelBase): ...
class Boolean(ModelBase): ...
class DateTime(ModelBase): ...
class ByteArray(ModelBase): ...

class ComplexModel(ModelBase):
    _type_info: ClassVar[Mapping[str, type[ModelBase]]]

class MethodDescriptor:
    function: Callable[..., Any]
    in_message: type[Any]
    out_message: type[Any]
    udd: Mapping[str, Any]

class Service:
    public_methods: ClassVar[dict[str, MethodDescriptor]]
    @classmethod
    def get_service_name(cls) -> str: ...

def rpc(*params: type[ModelBase], **kparams: object) -> Callable[[Callable[..., Any]], Callable[..., Any]]: ...

"""What an operator can choose, each setting declared once: its name, what it may be, what it means.

A value comes from a flag, else from the environment (`LRS_…`), else from a TOML file, else it is the default.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from lrs_soap.errors import InvalidSetting
from lrs_soap.rules.access.hours import Maintenance, OpenTime
from lrs_soap.rules.batches.display_codes import DisplayCode

FILE = "lrs-soap.toml"
FILE_VARIABLE = "LRS_CONFIG"
DEFAULT = "default"

_PREFIX = "LRS_"
# Between the first colon after the user's name and the last @, or after a key: too much hidden is no harm.
_PASSWORD = re.compile(
    r"(?P<user>^(?:[a-z0-9+.-]*://|(?![a-z0-9+.-]*://))[^:@]*:).*(?=@)"
    r"|(?P<key>(?:^|[?&\s])[a-z_]*password=)[^&\s]*",
    re.IGNORECASE | re.DOTALL,
)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*")


@dataclass(frozen=True, slots=True)
class AllowedValues:
    """The values that a setting can have, in words that complete the sentence "it has to be …".

    `placeholder` stands for the value in the help of the setting's flag; None for a switch, whose flag takes no value.
    """

    words: str
    placeholder: str | None


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _each(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Reads a text with commas, or a list, part by part."""

    def read(value: Any) -> Any:
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if not isinstance(value, (list, tuple)):
            raise ValueError("neither a text nor a list")
        return tuple(parse(part) for part in value)

    return read


def _address(value: Any) -> str:
    """An address as a connection's other end is written."""
    return str(ip_address(value))


_Parsed = OpenTime | Maintenance | DisplayCode


def _parsed(kind: type[_Parsed]) -> Callable[[Any], _Parsed]:
    """Reads a text as one of the kind; one that has been read stays."""

    def read(value: Any) -> _Parsed:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str):
            raise ValueError("not a text")
        return kind.parse(value)

    return read


def _moment(value: Any) -> Any:
    # pydantic would take any number for seconds since 1970.
    if not isinstance(value, datetime) and not (isinstance(value, str) and _MOMENT.fullmatch(value)):
        raise ValueError("not a date and time")
    return value


class Settings(BaseSettings):
    """The settings of one service. Made directly, it has what it is given and defaults; `read` asks everywhere."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", validate_default=False
    )

    database_url: Annotated[
        str,
        AllowedValues("a URL such as sqlite:///lrs.db or postgresql://user:password@host/database", "URL"),
        Field(
            min_length=1,
            repr=False,
            description="Where learners and organisations are kept. sqlite:///lrs.db is the file lrs.db in this "
            "folder, made where it is not there yet. Others on this machine can read a command line, so give a URL "
            "with a password by the environment or the file.",
        ),
    ] = "sqlite:///lrs.db"
    host: Annotated[
        str,
        AllowedValues("an address or name of this machine", "ADDRESS"),
        Field(
            min_length=1,
            description="The address to listen on. 127.0.0.1 is reached from this machine only, 0.0.0.0 from any that "
            "has a way here.",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        AllowedValues("a whole number from 0 to 65535", "NUMBER"),
        Field(ge=0, le=65535, description="The TCP port to listen on; 0 takes any that is free."),
    ] = 8080
    threads: Annotated[
        int,
        AllowedValues("a whole number from 0 to 64", "NUMBER"),
        Field(
            ge=0,
            le=64,
            description="Threads that stand by. One thread reads the network and answers requests; when a request "
            "keeps it for more than 5 ms, one of these goes on in its place.",
        ),
    ] = 8
    processes: Annotated[
        int,
        AllowedValues("a whole number from 1 to 64", "NUMBER"),
        Field(
            ge=1,
            le=64,
            description="Processes that requests are answered in. With more than one, a process of its own watches "
            "them and replaces one that dies; more than there are processors make nothing faster.",
        ),
    ] = 1
    tls_cert: Annotated[
        Path | None,
        AllowedValues("the path of a file", "FILE"),
        Field(
            description="The service's certificate, a file in PEM format with those that it was signed with after it. "
            "With it, and tls_key, the service speaks HTTPS and nothing else."
        ),
    ] = None
    tls_key: Annotated[
        Path | None,
        AllowedValues("the path of a file", "FILE"),
        Field(description="The private key of the service's certificate, a file in PEM format without a password."),
    ] = None
    tls_client_ca: Annotated[
        Path | None,
        AllowedValues("the path of a file", "FILE"),
        Field(
            description="A file in PEM format with the certificates of those who sign callers' certificates. With it, "
            "who has no certificate that one of them has signed is not let in."
        ),
    ] = None
    strict: Annotated[
        bool,
        AllowedValues("true or false", None),
        Field(
            description="Refuse what the live service's schema refuses. Without it, LearnerService takes elements in "
            "any order and namespace and passes over unknown ones; what it let pass is in the log."
        ),
    ] = True
    batch_validation: Annotated[
        Literal["message", "record"],
        AllowedValues("'message' or 'record'", "message|record"),
        BeforeValidator(_lower),
        Field(
            description="What a malformed record of a batch spoils: the whole message, which is refused, or that "
            "record alone, whose outcome then says so."
        ),
    ] = "message"
    verify_batch_limit: Annotated[
        int,
        AllowedValues("a whole number from 1 to 5000", "NUMBER"),
        Field(ge=1, le=5000, description="How many records a batch for verification may have."),
    ] = 200
    batch_workers: Annotated[
        int,
        AllowedValues("a whole number from 0 to 64", "NUMBER"),
        Field(
            ge=0,
            le=64,
            description="Processes that do batch jobs, beside those that answer requests. With 0 jobs wait for workers "
            "that run elsewhere, by `lrs-soap work`.",
        ),
    ] = 1
    batch_delay: Annotated[
        int,
        AllowedValues("a whole number from 0 to 86400", "SECONDS"),
        Field(
            ge=0,
            le=86400,
            description="How many seconds a batch job waits before a worker may begin with it, so that a client meets "
            "jobs that are not done yet.",
        ),
    ] = 0
    return_codes: Annotated[
        tuple[DisplayCode, ...],
        NoDecode,
        AllowedValues("pairs of return codes, separated by commas, such as RC002=RC003, RC005=RC003", "CODE=CODE,…"),
        BeforeValidator(_each(_parsed(DisplayCode))),
        Field(
            description="Return codes of a batch's records that are shown as others, in answers and in files, for a "
            "client that knows them so; the meanings of most are lrs-soap's own. Counts do not change."
        ),
    ] = ()
    prohibited_text: Annotated[
        Path | None,
        AllowedValues("the path of a file", "FILE"),
        Field(
            description="A file with the words and postcodes that no learner may have, in place of the list that "
            "ships: UTF-8, a line 'word NAME' or 'postcode LS1 1AA' for each, comments after #."
        ),
    ] = None
    find_before_register: Annotated[
        bool,
        AllowedValues("true or false", None),
        Field(
            description="Register a learner only after the organisation has searched for it by demographics, with the "
            "same names, date of birth, gender and postcode; else the answer is WSRC0021."
        ),
    ] = False
    find_before_register_maximum: Annotated[
        int,
        AllowedValues("a whole number from 1 to 86400", "SECONDS"),
        Field(ge=1, le=86400, description="How many seconds old the search before a registration may be."),
    ] = 1800
    find_before_register_minimum: Annotated[
        int,
        AllowedValues("a whole number from 0 to 86400", "SECONDS"),
        Field(
            ge=0,
            le=86400,
            description="How many seconds old the search before a registration has to be where it found possible "
            "matches, which somebody has to look at.",
        ),
    ] = 2
    fault_detail: Annotated[
        Literal["observed", "declared"],
        AllowedValues("'observed' or 'declared'", "observed|declared"),
        BeforeValidator(_lower),
        Field(
            description="How the detail of a LearnerService fault is written: as the live service was observed to, "
            "which is not what its WSDL says, or as the WSDL declares it, which typed Java and gSOAP clients can read."
        ),
    ] = "observed"
    max_body_bytes: Annotated[
        int,
        AllowedValues("a whole number from 1024 to 1073741824", "BYTES"),
        Field(ge=1024, le=1024**3, description="The largest request that is read, in bytes, once decompressed."),
    ] = 8 * 1024**2
    trusted_proxies: Annotated[
        tuple[str, ...],
        NoDecode,
        AllowedValues("IP addresses, separated by commas", "ADDRESS,…"),
        BeforeValidator(_each(_address)),
        Field(
            description="The IP addresses of proxies in front of the service, separated by commas. The address in the "
            "WSDL follows their X-Forwarded-Proto and X-Forwarded-Host; nobody else's are believed."
        ),
    ] = ()
    service_hours: Annotated[
        tuple[OpenTime, ...],
        NoDecode,
        AllowedValues(
            "days and times in London, separated by commas, such as Mon-Fri 07:00-22:00, Sat 08:00-12:00",
            "DAYS TIMES,…",
        ),
        BeforeValidator(_each(_parsed(OpenTime))),
        Field(
            description="When the service is open, by the clocks of London; every request at another time is WSEC0004. "
            "24:00 is the end of a day. Without it the service is always open."
        ),
    ] = ()
    maintenance: Annotated[
        tuple[Maintenance, ...],
        NoDecode,
        AllowedValues(
            "pairs of date and time, separated by commas, such as 2025-12-24T18:00/2025-12-27T06:00",
            "FROM/TO,…",
        ),
        BeforeValidator(_each(_parsed(Maintenance))),
        Field(
            description="Windows in which the service is closed, whatever its hours: from a date and time up to "
            "another, London's unless both name a zone."
        ),
    ] = ()
    clock: Annotated[
        datetime | None,
        AllowedValues("a date and time such as 2025-01-14T15:23:47", "MOMENT"),
        BeforeValidator(_moment),
        Field(
            description="For tests: a date and time, London's unless it names a zone, at which the service's clock "
            "stands still. Without it the service goes by this machine's clock."
        ),
    ] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        AllowedValues("'debug', 'info', 'warning' or 'error'", "debug|info|warning|error"),
        BeforeValidator(_lower),
        Field(description="The least important lines that are logged, to standard error."),
    ] = "info"
    log_format: Annotated[
        Literal["text", "json"],
        AllowedValues("'text' or 'json'", "text|json"),
        BeforeValidator(_lower),
        Field(description="How log lines are written: for people to read, or a JSON object a line for programs."),
    ] = "text"
    log_exchanges: Annotated[
        bool,
        AllowedValues("true or false", None),
        Field(description="Log a line for each request: operation, organisation, code, reasons, duration."),
    ] = True

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given alone: `read` gathers the rest, since pydantic would not say where a value came from."""
        return (init_settings,)


@dataclass(frozen=True, slots=True)
class ResolvedSettings:
    """The settings, and where each came from that is not the default: a flag, a variable, or a file's path.

    `ignored` are environment variables that begin with LRS_ and are not settings.
    """

    settings: Settings
    origins: Mapping[str, str]
    ignored: tuple[str, ...]

    def origin(self, name: str) -> str:
        """Where the value of a setting came from."""
        return self.origins.get(name, DEFAULT)


def resolve(flags: Mapping[str, Any], config: Path | None = None) -> ResolvedSettings:
    """The settings by flags, environment and file, in this order; a flag that is None was not given.

    `config` is the file. Without it, LRS_CONFIG names the file, or else it is `lrs-soap.toml` in the current folder, if
    that exists. Raises InvalidSetting for a value that is not allowed, an unknown name, or a file that cannot be read.
    """
    ignored = tuple(_foreign_variables())
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    path = _file(config)
    if path is not None:
        values = _file_values(path)
        origins = dict.fromkeys(values, str(path))
    for name, value in EnvSettingsSource(Settings)().items():
        values[name], origins[name] = value, variable_of(name)
    for name, value in flags.items():
        if value is not None:
            values[name], origins[name] = value, flag_of(name)
    try:
        return ResolvedSettings(Settings(**values), origins, ignored)
    except ValidationError as error:
        wrong = dict.fromkeys(str(each["loc"][0]) for each in error.errors(include_context=False))
        raise InvalidSetting(" ".join(_refusal(name, values[name], origins[name]) for name in wrong)) from None


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return _PREFIX + name.upper()


def flag_of(name: str) -> str:
    """The command line's flag for a setting."""
    return "--database" if name == "database_url" else f"--{name.replace('_', '-')}"


def meaning_of(name: str) -> str:
    """What a setting means, in sentences."""
    return Settings.model_fields[name].description or ""


def allowed_values(name: str) -> AllowedValues:
    """The values that a setting can have."""
    return next(each for each in Settings.model_fields[name].metadata if isinstance(each, AllowedValues))


def shown(value: Any) -> str:
    """A setting's value as it may be shown to anybody: written as one writes it, without a password."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value))
    return _PASSWORD.sub(lambda found: f"{found['user'] or found['key']}***", str(value))


def as_markdown() -> str:
    """The table of all settings: name, default, meaning."""
    rows = [
        f"| `{name}` | {f'`{default}`' if (default := shown(field.default)) else ''} | {meaning_of(name)} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows])


def _file(config: Path | None) -> Path | None:
    named = config or os.environ.get(FILE_VARIABLE)
    path = Path(named or FILE)
    if path.is_file():
        return path
    if named:
        origin = "--config" if config else FILE_VARIABLE
        raise InvalidSetting(f"There is no settings file {path} (from {origin}): give the path of a TOML file.")
    return None


def _file_values(path: Path) -> dict[str, Any]:
    try:
        values = TomlConfigSettingsSource(Settings, toml_file=path)()
    except OSError as error:
        raise InvalidSetting(f"The settings file {path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        # Python's own words have no full stop; they say the line and column.
        raise InvalidSetting(f"The settings file {path} is not TOML: {error}.") from None
    for name in values:
        if name not in Settings.model_fields:
            raise InvalidSetting(
                f"The settings file {path} has {name!r}, which is no setting{_or_rather(_near(name))} "
                "`lrs-soap settings` lists them all."
            )
    return values


def _foreign_variables() -> Iterator[str]:
    """Variables that begin like ours; InvalidSetting for one that is ours but for a slip.

    A client of the service may well have variables of its own that begin so, in the same environment.
    """
    known = set(map(variable_of, Settings.model_fields))
    for variable in sorted(os.environ):
        # pydantic takes a setting's variable in any case.
        if not variable.upper().startswith(_PREFIX) or variable.upper() in known or variable == FILE_VARIABLE:
            continue
        near = _near(variable[len(_PREFIX) :].lower())
        if near is not None:
            raise InvalidSetting(f"The environment variable {variable} is no setting{_or_rather(variable_of(near))}")
        yield variable


def _near(name: str) -> str | None:
    return next(iter(get_close_matches(name, Settings.model_fields, 1, cutoff=0.75)), None)


def _or_rather(near: str | None) -> str:
    return f": did you mean {near}?" if near else "."


def _refusal(name: str, value: Any, origin: str) -> str:
    return f"The setting {name} has to be {allowed_values(name).words}, not {shown(value)!r} (from {origin})."

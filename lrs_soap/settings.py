"""The settings, each declared once: its name, allowed values, default and meaning.

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

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from lrs_soap.clock import clock_at
from lrs_soap.errors import InvalidSetting
from lrs_soap.rules.access.hours import Maintenance, OpenTime
from lrs_soap.rules.batches.display_codes import DisplayCode

FILE = "lrs-soap.toml"
FILE_VARIABLE = "LRS_CONFIG"
DEFAULT = "default"

OF_A_WORLD = (
    "service_hours",
    "maintenance",
    "maintenance_answer",
    "find_before_register",
    "find_before_register_maximum",
    "find_before_register_minimum",
    "strict",
    "batch_validation",
    "batch_delay",
    "return_codes",
    "scenario_header",
    "world_header",
    "certificate_subjects",
    "desk_hours",
    "announcement",
    "known_users_only",
    "password_reset",
    "suspend_after",
    "portal_idle_timeout",
)
"""The settings that can be changed of a world while it serves: its policy. The others are a server's."""

_PREFIX = "LRS_"
# Between the first colon after the user's name and the last @, or after a key. Hiding too much does no harm.
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
    """A function that parses each part of a text with commas, or of a list."""

    def read(value: Any) -> Any:
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if not isinstance(value, (list, tuple)):
            raise ValueError("neither text nor a list")
        return tuple(parse(part) for part in value)

    return read


def _subjects(value: Any) -> tuple[str, ...]:
    """Subjects of certificates, which have commas in them: a list, or one as text."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, (list, tuple)) or not all(isinstance(each, str) and each.isprintable() for each in given):
        raise ValueError("neither text nor a list of texts")
    return tuple(each.strip() for each in given if each.strip())


def _address(value: Any) -> str:
    """An IP address in the form in which a connection reports its peer."""
    return str(ip_address(value))


_Parsed = OpenTime | Maintenance | DisplayCode


def _parsed(kind: type[_Parsed]) -> Callable[[Any], _Parsed]:
    """A function that parses a text as one of the kind, and leaves one of the kind as it is."""

    def read(value: Any) -> _Parsed:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str):
            raise ValueError("not text")
        return kind.parse(value)

    return read


def _moment(value: Any) -> Any:
    # pydantic would read any number as seconds since 1970.
    if not isinstance(value, datetime) and not (isinstance(value, str) and _MOMENT.fullmatch(value)):
        raise ValueError("not a date and time")
    return value


def _on_our_clock(moment: datetime | None) -> datetime | None:
    """A moment that the service's clock can show; at the end of time, one of another zone has no time in London."""
    if moment is not None:
        try:
            clock_at(moment)
        except OverflowError as error:
            raise ValueError("not a moment in London") from error
    return moment


class Settings(BaseSettings):
    """The settings of one service. The constructor takes arguments and defaults only; `resolve` looks everywhere."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", validate_default=False
    )

    database_url: Annotated[
        str,
        AllowedValues("a URL such as sqlite:///lrs.db or postgresql://user:password@host/database", "URL"),
        Field(
            min_length=1,
            repr=False,
            description="The database of learners and organisations. sqlite:///lrs.db is the file lrs.db in "
            "this folder; `lrs-soap serve` creates it if it does not exist. Other users of this "
            "machine can read a command line, so put a URL with a password into the environment "
            "variable or the file.",
        ),
    ] = "sqlite:///lrs.db"
    host: Annotated[
        str,
        AllowedValues("an address or name of this machine", "ADDRESS"),
        Field(
            min_length=1,
            description="The address to listen on. With 127.0.0.1 only this machine can connect, with 0.0.0.0 "
            "any machine that can reach this one.",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        AllowedValues("a whole number from 0 to 65535", "NUMBER"),
        Field(ge=0, le=65535, description="The TCP port to listen on. With 0 the system chooses a free port."),
    ] = 8080
    threads: Annotated[
        int,
        AllowedValues("a whole number from 0 to 64", "NUMBER"),
        Field(
            ge=0,
            le=64,
            description="Standby threads. One thread reads the network and answers requests; if a request "
            "takes it longer than 5 ms, a standby thread takes over the network.",
        ),
    ] = 8
    processes: Annotated[
        int,
        AllowedValues("a whole number from 1 to 64", "NUMBER"),
        Field(
            ge=1,
            le=64,
            description="Processes that answer requests. With more than one, a parent process replaces any "
            "that dies. More processes than processors bring no gain.",
        ),
    ] = 1
    tls_cert: Annotated[
        Path | None,
        AllowedValues("the path of a file", "FILE"),
        Field(
            description="The service's certificate: a PEM file, with the intermediate certificates after it. "
            "If this and tls_key are set, the service speaks HTTPS only."
        ),
    ] = None
    tls_key: Annotated[
        Path | None,
        AllowedValues("the path of a file", "FILE"),
        Field(description="The private key of the service's certificate: a PEM file without a password."),
    ] = None
    tls_client_ca: Annotated[
        Path | None,
        AllowedValues("the path of a file", "FILE"),
        Field(
            description="A PEM file with the certificates of CAs. If it is set, only callers with a "
            "certificate that one of these CAs signed can connect."
        ),
    ] = None
    strict: Annotated[
        bool,
        AllowedValues("true or false", None),
        Field(
            description="Refuse every message that the live service's schema refuses. If false, "
            "LearnerService accepts elements in any order and namespace and ignores unknown ones; "
            "the log says what it ignored."
        ),
    ] = True
    batch_validation: Annotated[
        Literal["message", "record"],
        AllowedValues("'message' or 'record'", "message|record"),
        BeforeValidator(_lower),
        Field(
            description="What one malformed record does to a batch: with 'message' the service refuses the "
            "whole message, with 'record' only that record fails."
        ),
    ] = "message"
    verify_batch_limit: Annotated[
        int,
        AllowedValues("a whole number from 1 to 5000", "NUMBER"),
        Field(ge=1, le=5000, description="The largest number of records in a batch for verification."),
    ] = 200
    batch_workers: Annotated[
        int,
        AllowedValues("a whole number from 0 to 64", "NUMBER"),
        Field(
            ge=0,
            le=64,
            description="Processes that process batch jobs, besides those that answer requests. With 0, jobs "
            "wait until `lrs-soap work` runs.",
        ),
    ] = 1
    batch_delay: Annotated[
        int,
        AllowedValues("a whole number from 0 to 86400", "SECONDS"),
        Field(
            ge=0,
            le=86400,
            description="How many seconds each batch job waits before it starts, to test how a client polls "
            "for unfinished jobs.",
        ),
    ] = 0
    return_codes: Annotated[
        tuple[DisplayCode, ...],
        NoDecode,
        AllowedValues("pairs of return codes, separated by commas, such as RC002=RC003, RC005=RC003", "CODE=CODE,…"),
        BeforeValidator(_each(_parsed(DisplayCode))),
        Field(
            description="Return codes of batch records to show as other codes, in answers and in files, for a "
            "client that expects those. lrs-soap chose the meanings of most return codes itself. "
            "Counts do not change."
        ),
    ] = ()
    prohibited_text: Annotated[
        Path | None,
        AllowedValues("the path of a file", "FILE"),
        Field(
            description="A file with the words and postcodes that no learner may have, instead of the "
            "built-in list. UTF-8, with one 'word NAME' or 'postcode LS1 1AA' on each line; # "
            "starts a comment."
        ),
    ] = None
    find_before_register: Annotated[
        bool,
        AllowedValues("true or false", None),
        Field(
            description="Register a learner only if the organisation has first searched by demographics with "
            "the same names, date of birth, gender and postcode. Otherwise the answer is "
            "WSRC0021."
        ),
    ] = False
    find_before_register_maximum: Annotated[
        int,
        AllowedValues("a whole number from 1 to 86400", "SECONDS"),
        Field(ge=1, le=86400, description="The greatest age, in seconds, of the search before a registration."),
    ] = 1800
    find_before_register_minimum: Annotated[
        int,
        AllowedValues("a whole number from 0 to 86400", "SECONDS"),
        Field(
            ge=0,
            le=86400,
            description="The least age, in seconds, of the search before a registration if it found possible "
            "matches, because somebody has to look at them first. If clock is set, any age will do.",
        ),
    ] = 2
    fault_detail: Annotated[
        Literal["observed", "declared"],
        AllowedValues("'observed' or 'declared'", "observed|declared"),
        BeforeValidator(_lower),
        Field(
            description="How LearnerService writes the detail of a fault: as observed in the live service, "
            "which contradicts its WSDL, or as declared in the WSDL, which typed Java and gSOAP "
            "clients can read."
        ),
    ] = "observed"
    max_body_bytes: Annotated[
        int,
        AllowedValues("a whole number from 1024 to 1073741824", "BYTES"),
        Field(
            ge=1024, le=1024**3, description="The largest request that the service reads, in bytes after decompression."
        ),
    ] = 8 * 1024**2
    trusted_proxies: Annotated[
        tuple[str, ...],
        NoDecode,
        AllowedValues("IP addresses, separated by commas", "ADDRESS,…"),
        BeforeValidator(_each(_address)),
        Field(
            description="The IP addresses of proxies in front of the service, separated by commas. The "
            "address in the WSDL follows X-Forwarded-Proto and X-Forwarded-Host from these "
            "proxies only."
        ),
    ] = ()
    control: Annotated[
        Literal["loopback", "token", "off"],
        AllowedValues("'loopback', 'token' or 'off'", "loopback|token|off"),
        BeforeValidator(_lower),
        Field(
            description="Who may use the control interface at /_lrs/ and its console, which read and change "
            "everything: with 'loopback' whoever asks from this machine, and nobody where trusted_proxies is set; with "
            "'token' whoever has the token in control_token_file; with 'off' nobody."
        ),
    ] = "loopback"
    metrics: Annotated[
        Literal["loopback", "open", "off"],
        AllowedValues("'loopback', 'open' or 'off'", "loopback|open|off"),
        BeforeValidator(_lower),
        Field(
            description="Who may read /metrics, which names organisations, but no learners: with 'loopback' whoever "
            "asks from this machine, and nobody where trusted_proxies is set; with 'open' whoever can reach the "
            "service; with 'off' nobody, and nothing is counted."
        ),
    ] = "loopback"
    control_token_file: Annotated[
        Path | None,
        AllowedValues("the path of a file", "FILE"),
        Field(
            description="A file with the token of the control interface, on one line, which only the service's own "
            "user should be able to read. The service reads it when it starts."
        ),
    ] = None
    service_hours: Annotated[
        tuple[OpenTime, ...],
        NoDecode,
        AllowedValues(
            "days and times in London, separated by commas, such as Mon-Fri 07:00-22:00, Sat 08:00-12:00",
            "DAYS TIMES,…",
        ),
        BeforeValidator(_each(_parsed(OpenTime))),
        Field(
            description="When the service is open, in London time. At any other time every request gets "
            "WSEC0004. 24:00 is the end of a day. If not set, the service is always open."
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
            description="Periods in which the service is closed, whatever its hours: each from one date and "
            "time to another, in London time unless both name a time zone."
        ),
    ] = ()
    maintenance_answer: Annotated[
        Literal["page", "fault"],
        AllowedValues("'page' or 'fault'", "page|fault"),
        BeforeValidator(_lower),
        Field(
            description="What every POST to the service gets in a maintenance period: the HTML page with status 405 "
            "that the live service's front has then, or the fault WSEC0004."
        ),
    ] = "page"
    clock: Annotated[
        datetime | None,
        AllowedValues("a date and time such as 2025-01-14T15:23:47", "MOMENT"),
        BeforeValidator(_moment),
        AfterValidator(_on_our_clock),
        Field(
            description="For tests: a date and time at which the service's clock stands still, in London time "
            "unless it names a time zone. If not set, the service uses this machine's clock."
        ),
    ] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        AllowedValues("'debug', 'info', 'warning' or 'error'", "debug|info|warning|error"),
        BeforeValidator(_lower),
        Field(description="The least severe level of lines that are logged, to standard error."),
    ] = "info"
    log_format: Annotated[
        Literal["text", "json"],
        AllowedValues("'text' or 'json'", "text|json"),
        BeforeValidator(_lower),
        Field(
            description="How log lines are written: as text for people, or as one JSON object per line for programs."
        ),
    ] = "text"
    log_exchanges: Annotated[
        bool,
        AllowedValues("true or false", None),
        Field(
            description="Log a line for each request, with its operation, organisation, code, reasons and duration. If "
            "false, only requests at which the service itself failed are logged."
        ),
    ] = True
    log_values: Annotated[
        bool,
        AllowedValues("true or false", None),
        Field(
            description="Quote in the log the values that were refused: names, dates and others of the people whom a "
            "request is about. If false, the log says what is wrong with a value and not what it is. Passwords are "
            "never logged.",
        ),
    ] = False
    scenarios: Annotated[
        Path | None,
        AllowedValues("the path of a file", "FILE"),
        Field(
            description="A TOML file with the scenarios that every world begins with, and comes back to when it is "
            "reset."
        ),
    ] = None
    scenario_header: Annotated[
        bool,
        AllowedValues("true or false", None),
        Field(
            description="Let a request name the scenario that it is answered by, in the header LRS-Scenario. For tests "
            "of clients that can send a header of their own."
        ),
    ] = False
    world_header: Annotated[
        bool,
        AllowedValues("true or false", None),
        Field(
            description="Answer requests to the ports at the server's root, too, where the header LRS-World has the "
            "name of the world. For clients whose path cannot be changed."
        ),
    ] = False
    certificate_subjects: Annotated[
        tuple[str, ...],
        NoDecode,
        AllowedValues("the subjects of certificates, as a list or one as text", "SUBJECT"),
        BeforeValidator(_subjects),
        Field(
            description="Subjects of clients' certificates, as the log has them, whose requests to the ports at the "
            "server's root go to this world. For clients whose path cannot be changed. It is given to a world by its "
            "policy, over HTTPS with tls_client_ca, and two worlds cannot have the same."
        ),
    ] = ()
    desk_hours: Annotated[
        str,
        AllowedValues("a text of 1 to 200 characters", "TEXT"),
        Field(
            min_length=1,
            max_length=200,
            description="When the service desk can be reached, as the portal shows it on the login page and the home "
            "page.",
        ),
    ] = "Monday to Friday, 8:00 am to 6:00 pm, excluding bank holidays"
    announcement: Annotated[
        str,
        AllowedValues("a text of at most 2000 characters", "TEXT"),
        Field(
            max_length=2000,
            description="What the portal announces on the login page and the home page, such as outages that are "
            "planned. Maintenance periods are announced there by themselves.",
        ),
    ] = ""
    known_users_only: Annotated[
        bool,
        AllowedValues("true or false", None),
        Field(
            description="Answer only requests whose UserName is a user of the organisation who is active, and only "
            "within that user's roles; others are WSEC0006. If false, any UserName is taken."
        ),
    ] = False
    password_reset: Annotated[
        Literal["secret", "mail"],
        AllowedValues("'secret' or 'mail'", "secret|mail"),
        BeforeValidator(_lower),
        Field(
            # Its value is not a secret, but looks like one in a log.
            repr=False,
            description="How users of the portal get in who have forgotten their passwords: with 'secret' by the "
            "answer to a secret question, with 'mail' by a link that is sent to their address. Nothing is sent: the "
            "control interface shows the mail.",
        ),
    ] = "secret"
    suspend_after: Annotated[
        int,
        AllowedValues("a whole number from 1 to 1000", "NUMBER"),
        Field(ge=1, le=1000, description="After how many wrong passwords in a row a user's account is suspended."),
    ] = 10
    portal_idle_timeout: Annotated[
        int,
        AllowedValues("a whole number from 1 to 86400", "SECONDS"),
        Field(
            ge=1,
            le=86400,
            description="After how many seconds in which they did nothing users of the portal have to log in again, by "
            "this machine's clock.",
        ),
    ] = 1200
    max_open_worlds: Annotated[
        int,
        AllowedValues("a whole number from 1 to 10000", "NUMBER"),
        Field(
            ge=1,
            le=10000,
            description="How many worlds beside main a process has open; one more closes the one unused for longest. "
            "Each takes a few open files.",
        ),
    ] = 32
    journal_exchanges: Annotated[
        int,
        AllowedValues("a whole number from 0 to 1000000", "NUMBER"),
        Field(
            ge=0,
            le=1000000,
            description="How many requests the journal keeps, each with its answer and the reasons, for the control "
            "interface. With 0 there is no journal.",
        ),
    ] = 2000
    journal_days: Annotated[
        int,
        AllowedValues("a whole number from 1 to 3650", "DAYS"),
        Field(ge=1, le=3650, description="For how many days the journal keeps a request, by this machine's clock."),
    ] = 7
    journal_size: Annotated[
        int,
        AllowedValues("a whole number from 1 to 1048576", "MEBIBYTES"),
        Field(ge=1, le=1048576, description="How many MiB of requests and answers the journal keeps."),
    ] = 64
    max_connections: Annotated[
        int,
        AllowedValues("a whole number from 1 to 100000", "NUMBER"),
        Field(
            ge=1,
            le=100000,
            description="How many connections one process has open. One more closes the oldest on which no whole "
            "request has arrived.",
        ),
    ] = 1000
    max_header_bytes: Annotated[
        int,
        AllowedValues("a whole number from 1024 to 1048576", "BYTES"),
        Field(
            ge=1024,
            le=1048576,
            description="The largest header of a request, in bytes; a larger one is 431.",
        ),
    ] = 64 * 1024
    max_tags: Annotated[
        int,
        AllowedValues("a whole number from 1000 to 10000000", "NUMBER"),
        Field(
            ge=1000,
            le=10_000_000,
            description="How often < may stand in a request: twice for each element with content. Beyond that it is "
            "a SOAP fault, and nothing is read. 100 more are allowed for each record by which verify_batch_limit is "
            "over 200.",
        ),
    ] = 200_000
    max_attributes: Annotated[
        int,
        AllowedValues("a whole number from 1000 to 10000000", "NUMBER"),
        Field(
            ge=1000,
            le=10_000_000,
            description="How often = may stand in a request: once for each attribute. Beyond that it is a SOAP "
            "fault, and nothing is read. 50 more are allowed for each record by which verify_batch_limit is over 200.",
        ),
    ] = 100_000
    max_buffered_bytes: Annotated[
        int,
        AllowedValues("a whole number from 1048576 to 1099511627776", "BYTES"),
        Field(
            ge=1048576,
            le=1099511627776,
            description="How many bytes of requests one process keeps until they have arrived and are answered. "
            "Beyond that, the large request that has been arriving for longest is 503.",
        ),
    ] = 256 * 1024**2
    max_unsent_bytes: Annotated[
        int,
        AllowedValues("a whole number from 1024 to 1073741824", "BYTES"),
        Field(
            ge=1024,
            le=1073741824,
            description="With more bytes of answers than this still unread by a caller, its next request waits.",
        ),
    ] = 1024**2
    handshake_timeout: Annotated[
        int,
        AllowedValues("a whole number from 1 to 3600", "SECONDS"),
        Field(
            ge=1,
            le=3600,
            description="How many seconds a TLS handshake may take before the connection is closed.",
        ),
    ] = 10
    header_timeout: Annotated[
        int,
        AllowedValues("a whole number from 1 to 3600", "SECONDS"),
        Field(
            ge=1,
            le=3600,
            description="How many seconds the header of a request may take to arrive; a slower one is 408.",
        ),
    ] = 30
    request_timeout: Annotated[
        int,
        AllowedValues("a whole number from 1 to 86400", "SECONDS"),
        Field(
            ge=1,
            le=86400,
            description="How many seconds a whole request may take to arrive; a slower one is 408.",
        ),
    ] = 300
    idle_timeout: Annotated[
        int,
        AllowedValues("a whole number from 1 to 86400", "SECONDS"),
        Field(
            ge=1,
            le=86400,
            description="After how many seconds a connection on which nothing is asked is closed.",
        ),
    ] = 120
    send_timeout: Annotated[
        int,
        AllowedValues("a whole number from 1 to 86400", "SECONDS"),
        Field(
            ge=1,
            le=86400,
            description="A caller that reads nothing of its answer for so many seconds loses its connection.",
        ),
    ] = 30
    password_misses: Annotated[
        int,
        AllowedValues("a whole number from 0 to 1000", "NUMBER"),
        Field(
            ge=0,
            le=1000,
            description="After so many wrong passwords or unknown organisations within a minute, answers to that "
            "organisation from that address are held back for 1 s, then 2 s, up to 30 s, until its password is right. "
            "Callers on this machine are not slowed. With 0 nobody is. Logins to the portal are slowed in the same "
            "way.",
        ),
    ] = 10
    rate_limit: Annotated[
        int,
        AllowedValues("a whole number from 0 to 1000000", "NUMBER"),
        Field(
            ge=0,
            le=1000000,
            description="How many requests a minute one organisation may make, at once or spread over it; more are "
            "429 with Retry-After. With 0 there is no limit.",
        ),
    ] = 0
    write_wait: Annotated[
        int,
        AllowedValues("a whole number from 1 to 3600", "SECONDS"),
        Field(
            ge=1,
            le=3600,
            description="How many seconds a request may wait until it can write to the database, because others write "
            "or have locked it. Beyond that it is WSEC0999, and nothing was written. PostgreSQL may not work on one "
            "statement for longer than this either.",
        ),
    ] = 10
    hang_timeout: Annotated[
        int,
        AllowedValues("a whole number from 2 to 86400", "SECONDS"),
        Field(
            ge=2,
            le=86400,
            description="A process that has not looked at the network for so many seconds is killed and replaced.",
        ),
    ] = 30
    max_process_memory: Annotated[
        int,
        AllowedValues("a whole number from 256 to 1048576", "MEBIBYTES"),
        Field(
            ge=256,
            le=1048576,
            description="When a process takes more MiB of memory than this, another takes its place, and it ends after "
            "its last answers.",
        ),
    ] = 1024

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The arguments alone: `resolve` gathers the rest, because pydantic would not say where a value came from."""
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


def changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """These settings with some of those of a world changed, each to text or to a value that a settings file can have.

    None leaves a setting as it is. Raises InvalidSetting for a name that is not in `OF_A_WORLD`, and for a value that
    is not allowed.
    """
    for name in changes:
        if name not in OF_A_WORLD:
            near = next(iter(get_close_matches(name, OF_A_WORLD, 1, cutoff=0.75)), None)
            raise InvalidSetting(
                f"{name!r} is not a setting of a world{_did_you_mean(near)} Those are {', '.join(OF_A_WORLD)}."
            )
    given = {name: value for name, value in changes.items() if value is not None}
    if not given:
        return settings
    for name, value in given.items():
        # pydantic would take a truth for a number, and a number for a truth.
        is_switch = allowed_values(name).placeholder is None
        if not isinstance(value, str) and (isinstance(value, float) or isinstance(value, bool) is not is_switch):
            raise InvalidSetting(_refusal(name, value))
    try:
        valid = Settings(**given)
    except ValidationError as error:
        wrong = dict.fromkeys(str(each["loc"][0]) for each in error.errors(include_context=False))
        raise InvalidSetting(" ".join(_refusal(name, given[name]) for name in wrong)) from None
    return settings.model_copy(update={name: getattr(valid, name) for name in given})


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return _PREFIX + name.upper()


def flag_of(name: str) -> str:
    """The command line's flag for a setting."""
    return "--database" if name == "database_url" else f"--{name.replace('_', '-')}"


def meaning_of(name: str) -> str:
    """The meaning of a setting, in sentences."""
    return Settings.model_fields[name].description or ""


def allowed_values(name: str) -> AllowedValues:
    """The values that a setting can have."""
    return next(each for each in Settings.model_fields[name].metadata if isinstance(each, AllowedValues))


def shown(value: Any) -> str:
    """A setting's value as anybody may see it: as an operator writes it, without a password."""
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
    """A Markdown table of all settings: name, default, meaning."""
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
        # Python's own message says the line and column, and has no full stop.
        raise InvalidSetting(f"The settings file {path} is not TOML: {error}.") from None
    for name in values:
        if name not in Settings.model_fields:
            raise InvalidSetting(
                f"The settings file {path} has {name!r}, which is not a setting{_did_you_mean(_near(name))} "
                "`lrs-soap settings` lists them all."
            )
    return values


def _foreign_variables() -> Iterator[str]:
    """Variables that begin with LRS_ and are not settings. Raises InvalidSetting for one that looks misspelt.

    A client of the service may have variables of its own with this prefix, in the same environment.
    """
    known = set(map(variable_of, Settings.model_fields))
    for variable in sorted(os.environ):
        # pydantic accepts a setting's variable in upper or lower case.
        if not variable.upper().startswith(_PREFIX) or variable.upper() in known or variable == FILE_VARIABLE:
            continue
        near = _near(variable[len(_PREFIX) :].lower())
        if near is not None:
            raise InvalidSetting(
                f"The environment variable {variable} is not a setting{_did_you_mean(variable_of(near))}"
            )
        yield variable


def _near(name: str) -> str | None:
    return next(iter(get_close_matches(name, Settings.model_fields, 1, cutoff=0.75)), None)


def _did_you_mean(near: str | None) -> str:
    return f": did you mean {near}?" if near else "."


def _refusal(name: str, value: Any, origin: str | None = None) -> str:
    place = f" (from {origin})" if origin else ""
    return f"The setting {name} has to be {allowed_values(name).words}, not {shown(value)!r}{place}."

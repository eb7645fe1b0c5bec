"""The service as one WSGI application, for `lrs-soap serve` and for any other server of such applications.

One of those runs it with `waitress-serve --call lrs_soap.server.wsgi:create`.
"""

from __future__ import annotations

from collections.abc import Callable

from lrs_soap import settings as settings_module
from lrs_soap.cli.facets import facet_check
from lrs_soap.exchange.exchange_journal import JournalWriter
from lrs_soap.exchange.metrics import Metrics
from lrs_soap.server.admission import admission_of
from lrs_soap.server.application import Application
from lrs_soap.server.console_site import ConsoleSite
from lrs_soap.server.control_site import ControlSite
from lrs_soap.server.front_page import FrontPage
from lrs_soap.server.metrics_site import MetricsSite
from lrs_soap.server.portal_site import PORTAL_PATH, Portals
from lrs_soap.server.ports import Ports
from lrs_soap.server.process_counts import WORKER
from lrs_soap.server.readiness import Liveness, Readiness
from lrs_soap.server.sending_again import SendingAgain
from lrs_soap.server.shared import Shared
from lrs_soap.server.site import Site
from lrs_soap.server.steered_site import SteeredSite
from lrs_soap.server.worlds_site import PortByCertificate, PortOfWorlds, WorldsSite
from lrs_soap.settings import Settings
from lrs_soap.world import MAIN, World, Worlds


def create(settings: Settings | None = None) -> Application:
    """The service with a database that is up to date, and has the starting data if it is new.

    Without `settings` they are read from the environment and the settings file, as `lrs-soap serve` reads them. Those
    about the address, HTTPS, processes and workers are the server's business: batch jobs need `lrs-soap work` beside
    it. Nothing is connected to the database when this returns, so a server may fork afterwards.

    Raises InvalidSetting and StoreUnavailable.
    """
    chosen = settings or settings_module.resolve({}).settings
    Worlds.open(chosen).close()
    shared = Shared(metrics=None if chosen.metrics == "off" else Metrics())
    worlds = Worlds.open(chosen, prepare=False, writer=JournalWriter(shared.tally), metrics=shared.metrics)
    return application_of_worlds(chosen, worlds, shared=shared)


def application_of(settings: Settings, world: World, *, lines_lost: Callable[[], int] = lambda: 0) -> Application:
    """As `application_of_worlds`, over one world."""
    return application_of_worlds(settings, Worlds({MAIN: world}), lines_lost=lines_lost)


def application_of_worlds(
    settings: Settings,
    worlds: Worlds,
    *,
    shared: Shared | None = None,
    lines_lost: Callable[[], int] = lambda: 0,
) -> Application:
    """The application over the worlds of a server, with what the settings say of addresses and messages.

    `shared` is what it has in common with the other processes of its server. `lines_lost` says how many lines of the
    log this process has lost.
    """
    shared = shared or Shared()
    processes = shared.processes

    def has_worker() -> bool:
        # Without workers of its own, those of somebody else are not the service's business.
        return processes is None or not settings.batch_workers or processes.at_work(WORKER) > 0

    world, ports, portals = worlds.main, Ports(settings), Portals(settings, facet_check)
    others = WorldsSite(worlds, ports, portals)
    ports_of_main = ports.of(world)
    own: list[Site] = [*ports_of_main]
    if settings.tls_client_ca is not None:
        own = [PortByCertificate(port, others) for port in own]
    sites: list[Site] = [
        *(PortOfWorlds(SteeredSite(port, world), others) for port in own),
        SteeredSite(portals.of(world), world),
        Liveness(),
        Readiness(settings.database_url, why_lost=world.store.why_lost, lines_lost=lines_lost, has_worker=has_worker),
        others,
    ]
    if shared.metrics is not None:
        sites.append(MetricsSite(settings, worlds, shared.metrics, shared))
    admission = admission_of(settings)
    if admission is not None:
        sites += (
            ControlSite(
                worlds,
                admission,
                max_body_bytes=settings.max_body_bytes,
                trusted_proxies=frozenset(settings.trusted_proxies),
                make_check=facet_check,
            ),
            ConsoleSite(
                worlds,
                admission,
                settings,
                secret=shared.console_secret,
                send_again=SendingAgain([SteeredSite(port, world) for port in ports_of_main], others),
                make_check=facet_check,
            ),
        )
    return Application([FrontPage(sites, portal=PORTAL_PATH), *sites], journal=world.journal)

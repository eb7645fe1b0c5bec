"""Slow pages hold nobody up: while some are being answered, programs and other people are, too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import requests

from lrs_soap.portal import home
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_uln, post
from tests.kit.waiting import PATIENCE, until

_SLOW_PAGES = 3


def test_three_slow_pages_stop_no_find(portal: ServerHere, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on, begun = Event(), []
    render = home.render_template

    def slow(*given: str, **more: str) -> str:
        begun.append(1)
        may_go_on.wait(PATIENCE)
        return render(*given, **more)

    monkeypatch.setattr(home, "render_template", slow)
    with ThreadPoolExecutor(_SLOW_PAGES) as people:
        try:
            pages = [
                people.submit(requests.get, f"{portal.url}/portal/terms", timeout=PATIENCE) for _ in range(_SLOW_PAGES)
            ]
            until(lambda: len(begun) == _SLOW_PAGES)
            for _ in range(20):
                assert post(portal.url, envelope(find_by_uln())).text("ResponseCode") == "WSRC0004"
            assert requests.get(f"{portal.url}/portal/prohibited-text", timeout=PATIENCE).status_code == 200
            assert not any(page.done() for page in pages)
        finally:
            may_go_on.set()
        assert [page.result().status_code for page in pages] == [200] * _SLOW_PAGES

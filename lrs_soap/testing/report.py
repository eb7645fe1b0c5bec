"""What was asked of a world and why it was answered so, as text for a person: the report of a failed test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from lrs_soap.control.client import Object

_MOST_REASONS = 12


def exchanges_as_text(exchanges: Sequence[Object], *, left_out: int = 0) -> str:
    """The lines of exchanges, as the control interface has them: newest first. The text has the oldest first.

    `left_out` is how many older ones there are.
    """
    lines = [f"({left_out} earlier ones are left out)"] if left_out else []
    for exchange in reversed(exchanges):
        lines += [_heading(exchange), *(f"    {line}" for line in _details(exchange))]
    return "\n".join(lines)


def _heading(exchange: Object) -> str:
    asker = exchange["organisation"] or exchange["claimed_organisation"]
    facts = [
        exchange["operation"] or "no operation",
        f"by {'/'.join(filter(None, (asker, exchange['user'])))}" if asker else "",
        f"-> {exchange['code'] or 'no code'}",
        f"(status {exchange['status']}, {exchange['milliseconds']:.1f} ms, exchange {exchange['id']})",
    ]
    return " ".join(filter(None, facts))


def _details(exchange: Object) -> Iterator[str]:
    if exchange["scenario"]:
        yield f"the scenario {exchange['scenario']} stepped in"
    yield from exchange["findings"]
    reasons = exchange["reasons"]
    for reason in islice(reasons, _MOST_REASONS):
        yield _reason(reason)
        yield from (f"    {line}" for line in _values(reason))
    if len(reasons) > _MOST_REASONS:
        yield f"and {len(reasons) - _MOST_REASONS} more reasons"
    for near in exchange["nearest"] or ():
        yield f"nearest {near['uln']} (score {near['score']})"
        yield from (f"    {line}" for line in _values(near))


def _reason(reason: Object) -> str:
    who = f"{reason['uln']}: " if reason["uln"] else ""
    score = "" if reason["score"] is None else f" (score {reason['score']})"
    return f"{who}{reason['said']}{score}"


def _values(reason: Object) -> Iterator[str]:
    """What was sent and what is held, of those fields in which they differ; what was sent where nothing is held."""
    fields, sent, held = (reason[name] or [] for name in ("fields", "sent", "held"))
    if not held and len(fields) == len(sent):
        yield f"sent {', '.join(f'{field} {value!r}' for field, value in zip(fields, sent, strict=True))}"
        return
    for field, ours, theirs in zip(fields, sent, held, strict=False):
        if ours != theirs:
            yield f"{field}: sent {ours!r}, held {theirs!r}"

"""ViewAudit's answer: a page of an access history."""

from __future__ import annotations

from lrs_soap.rules.records.access_history import PAGE_SIZE, Page, RecordAccess
from lrs_soap.wsdl.messages import model


def page_message(page: Page) -> model.PagedListOfPlrAccessEntryResponseN4dIIFC_S:
    """The page's entries, its number, and the numbers of all pages and entries."""
    entries = tuple(map(_entry_message, page.entries))
    return model.PagedListOfPlrAccessEntryResponseN4dIIFC_S(
        List=model.ArrayOfPlrAccessEntryResponse(PlrAccessEntryResponse=entries),
        PageCount=page.page_count,
        PageIndex=page.index,
        PageSize=PAGE_SIZE,
        TotalItems=page.total,
    )


def _entry_message(access: RecordAccess) -> model.PlrAccessEntryResponse:
    return model.PlrAccessEntryResponse(
        Action=access.action.value,
        DateTime=access.moment,
        Organisation=access.author.organisation,
        User=access.author.user,
    )

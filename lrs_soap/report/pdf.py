"""The PDF of a report: A4 across, a table with headings on every page, an outline by years, text that can be copied.

The same contents make the same bytes: the moment in the file is that of the contents.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby
from typing import cast

import font_roboto
from fpdf import FPDF, XPos, YPos
from fpdf.enums import Align, MethodReturnValue
from fpdf.fonts import TTFFont

from lrs_soap.report.columns import COLUMNS
from lrs_soap.report.contents import ReportContents, Row

_FONT = "Roboto"
_TITLE = "Personal Learning Record"
_STAND_IN = "Made by lrs-soap, a stand-in for tests. This is no record of the Learning Records Service."
# In millimetres: in the order of COLUMNS, together the width between the margins.
_WIDTHS = (89.0, 28.0, 28.0, 16.0, 18.0, 30.0, 30.0, 30.0)
_MARGIN, _BOTTOM, _FOOT = 14.0, 18.0, 200.0
_LINE, _PADDING, _SMALL, _NORMAL, _LARGE = 4.6, 1.0, 8.5, 10.0, 16.0
# Stands for the number of pages until it is known. No text has spaces that stay together (`_printable`).
_PAGES = "\u00a0" * 3
_SOFT, _INK, _RULE = (90, 90, 90), (0, 0, 0), (190, 190, 190)


def pdf_of(contents: ReportContents) -> bytes:
    """The report as a PDF."""
    document = _Report(contents)
    document.add_page()
    document.write_head()
    if contents.rows:
        document.write_rows(contents.rows)
    else:
        document.write_line("There is nothing in this record.")
    document.write_missing()
    return bytes(document.output())


class _Report(FPDF):
    """The document. fpdf2 calls `header` and `footer` for each page."""

    def __init__(self, contents: ReportContents) -> None:
        super().__init__(orientation="landscape", format="A4")
        self._contents = contents
        self._has_table = False
        self._missing: dict[str, None] = {}
        self.add_font(_FONT, "", font_roboto.Roboto)
        self.add_font(_FONT, "B", font_roboto.RobotoBold)
        font = self.fonts[_FONT.lower()]
        self._known = frozenset(font.cmap if isinstance(font, TTFFont) else ())
        self.set_font(_FONT, size=_NORMAL)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(False)
        self.alias_nb_pages(_PAGES)
        self.set_title(f"{_TITLE}, {contents.learner}, {contents.uln}")
        self.set_lang("en-GB")
        self.set_creator("lrs-soap")
        self.set_creation_date(contents.printed)

    def header(self) -> None:
        if self._has_table:
            self._write_headings()

    def footer(self) -> None:
        self.set_y(-12)
        self._style(_SMALL, colour=_SOFT)
        contents = self._contents
        told = f"{contents.uln}. {_STAND_IN}"
        named = self._printable(f"{contents.learner}, {told}")
        # A name that is too long for it stands at the head of the report.
        fits = self.get_string_width(named) <= _FOOT - 2 * self.c_margin
        self.cell(_FOOT, _LINE, named if fits else told)
        self.cell(0, _LINE, f"Page {self.page_no()} of {_PAGES}", align=Align.R)

    def write_head(self) -> None:
        """What the report is, about whom, and for whom."""
        contents = self._contents
        self.start_section(_TITLE)
        self._style(_LARGE, "B")
        self.cell(0, 9, _TITLE, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        printed = contents.printed
        number = len(contents.rows)
        for label, text in (
            ("Learner", contents.learner),
            ("ULN", contents.uln),
            ("Organisation", contents.organisation),
            ("Date of printing", f"{printed.day} {printed.strftime('%B')} {printed.year}"),
            ("Qualifications", str(number)),
        ):
            self._style(_NORMAL, "B")
            self.cell(38, 5.4, label)
            self._style(_NORMAL)
            self.multi_cell(0, 5.4, self._printable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align=Align.L)
        self.ln(3)

    def write_rows(self, rows: Sequence[Row]) -> None:
        """The table, whose headings are written again on each page."""
        self._write_headings()
        self._has_table = True
        for year, of_year in groupby(rows, key=lambda row: row.year):
            is_first = True
            for row in of_year:
                lines = [
                    self._lines(self._printable(text), width) for text, width in zip(row.cells, _WIDTHS, strict=True)
                ]
                count = max(map(len, lines))
                if self._room() < count and count <= self._most_lines():
                    self.add_page()
                if is_first:
                    self.start_section(year, level=1)
                    is_first = False
                self._write_row(lines, count)
        self._has_table = False

    def write_line(self, text: str) -> None:
        """A text that is in no table."""
        for line in self._lines_of_page(text):
            if self.get_y() + _LINE > self.h - _BOTTOM:
                self.add_page()
            self._style(_NORMAL)
            self.cell(0, _LINE, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def write_missing(self) -> None:
        """Which characters are written by their numbers, if any are."""
        if not self._missing:
            return
        self.ln(3)
        names = (f"{_number(each)} ({unicodedata.name(each, 'a character without a name')})" for each in self._missing)
        told = ", ".join(names)
        self.write_line(f"These characters are not in the font, and have their numbers in their places: {told}.")

    def _write_headings(self) -> None:
        self._style(_SMALL, "B")
        for column, width in zip(COLUMNS.values(), _WIDTHS, strict=True):
            self.cell(width, 6, column.heading)
        self.ln(6)
        self._rule(0.5, _INK)
        self._style(_SMALL)

    def _write_row(self, lines: Sequence[Sequence[str]], count: int) -> None:
        self._style(_SMALL)
        self.set_y(self.get_y() + _PADDING)
        for number in range(count):
            if self.get_y() + _LINE > self.h - _BOTTOM:
                self.add_page()
                self._style(_SMALL)
            for texts, width in zip(lines, _WIDTHS, strict=True):
                self.cell(width, _LINE, texts[number] if number < len(texts) else "")
            self.ln(_LINE)
        self.set_y(self.get_y() + _PADDING)
        self._rule(0.1, _RULE)

    def _rule(self, width: float, colour: tuple[int, int, int]) -> None:
        self.set_line_width(width)
        self.set_draw_color(*colour)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())

    def _room(self) -> int:
        """How many lines of a row are left on the page."""
        return int((self.h - _BOTTOM - self.get_y() - 2 * _PADDING) / _LINE)

    def _most_lines(self) -> int:
        """How many lines a row can have on a page of its own."""
        return int((self.h - _BOTTOM - _MARGIN - 6 - 2 * _PADDING) / _LINE)

    def _lines_of_page(self, text: str) -> Sequence[str]:
        self._style(_NORMAL)
        return self._lines(text, self.w - 2 * _MARGIN)

    def _lines(self, text: str, width: float) -> Sequence[str]:
        """The text in as many lines as it needs in a column."""
        if self.get_string_width(text) <= width - 2 * self.c_margin:
            return [text]
        found = self.multi_cell(width, _LINE, text, dry_run=True, output=MethodReturnValue.LINES, align=Align.L)
        return cast("list[str]", found)

    def _printable(self, text: str) -> str:
        """The text, in which a character that the font lacks is its number: nothing is left out without a word.

        The numbers of several in a row are in one pair of brackets, so that lines break between them.
        """
        composed = unicodedata.normalize("NFC", " ".join(text.split()))
        parts = []
        for is_known, characters in groupby(composed, key=lambda each: ord(each) in self._known):
            together = "".join(characters)
            if not is_known:
                self._missing.update(dict.fromkeys(together))
                together = f"[{' '.join(map(_number, together))}]"
            parts.append(together)
        return "".join(parts)

    def _style(self, size: float, style: str = "", *, colour: tuple[int, int, int] = _INK) -> None:
        self.set_font(_FONT, style, size)
        self.set_text_color(*colour)


def _number(character: str) -> str:
    return f"U+{ord(character):04X}"

"""The process that makes a PDF: contents on standard input, the file on standard output.

It gives way to whoever answers requests on the same machine.
"""

from __future__ import annotations

import os
import sys

from lrs_soap.report import contents, pdf

_GIVES_WAY = 10

if __name__ == "__main__":
    os.nice(_GIVES_WAY)
    sys.stdout.buffer.write(pdf.pdf_of(contents.read(sys.stdin.buffer.read())))

"""A file that tells programs that the service is ready, and where."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lrs_soap.errors import InvalidSetting


@contextmanager
def ready_file(path: Path | None) -> Iterator[Callable[[str], None]]:
    """A function that writes the file, to be called with the service's address; the file is removed after the block.

    The file is one JSON object: `address`, such as http://127.0.0.1:8080, and `pid`, the process to stop. It appears
    whole, and one that an earlier service left is removed at once. Nothing is written if `path` is None. Raises
    InvalidSetting if the file cannot be written.
    """
    if path is None:
        yield lambda address: None
        return
    part = path.with_name(f"{path.name}.part")

    def write(address: str) -> None:
        part.write_text(json.dumps({"address": address, "pid": os.getpid()}) + "\n", "utf-8")
        part.replace(path)

    try:
        path.unlink(missing_ok=True)
        # Before the service starts, since nobody would learn later that this cannot be done.
        part.touch()
    except OSError as error:
        raise InvalidSetting(f"The ready file {path} cannot be written: {error.strerror}.") from None
    try:
        yield write
    finally:
        for each in (part, path):
            with suppress(OSError):
                each.unlink()

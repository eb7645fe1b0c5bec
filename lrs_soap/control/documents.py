"""The OpenAPI document, with the paths of every world beside those of `main`."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

OF_THE_SERVER = ("/_lrs/", "/_lrs/openapi.json", "/_lrs/worlds", "/_lrs/worlds/{name}")
"""The paths that are the server's own. All others are there for each world, too."""

_WORLD = {
    "name": "world",
    "in": "path",
    "required": True,
    "description": "The name of the world.",
    "schema": {"type": "string"},
}


def in_every_world(document: dict[str, Any]) -> dict[str, Any]:
    """The document with each path of a world once more, below /_lrs/worlds/{world}/."""
    paths: dict[str, Any] = {}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if "requestBody" in operation:
                # No content is the same as nothing in it.
                operation["requestBody"]["required"] = False
        paths[path] = operations
        if path not in OF_THE_SERVER:
            paths[f"/_lrs/worlds/{{world}}{path.removeprefix('/_lrs')}"] = {
                method: _in_a_world(operation) for method, operation in operations.items()
            }
    return {**document, "paths": paths}


def _in_a_world(operation: dict[str, Any]) -> dict[str, Any]:
    copy = deepcopy(operation)
    copy["operationId"] += "_in_a_world"
    copy["parameters"] = [_WORLD, *copy.get("parameters", ())]
    return copy

"""Examples of the description: a request of each operation, and what it was answered with.

They stand in `examples.json` by operation: `parameters` by name, the `body` by media type (of a form: its parts; of a
file: its contents), and the JSON `answers` by status. Tests send each of them to the service and compare the answers.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

_NOTHING: Final[dict[str, Any]] = {}


@cache
def request_examples() -> dict[str, dict[str, Any]]:
    """Return the examples by operation id."""
    text = (files("entrypoints.http") / "examples.json").read_text(encoding="utf-8")
    examples: dict[str, dict[str, Any]] = json.loads(text)
    return examples


def add_examples(operation: dict[str, Any]) -> None:
    """Put the example of an operation into its description."""
    example = request_examples().get(operation["operationId"], _NOTHING)
    values = example.get("parameters", _NOTHING)
    operation_parameters = operation.get("parameters", [])
    for index, parameter in enumerate(operation_parameters):
        if parameter["name"] in values:
            operation_parameters[index] = {**parameter, "example": values[parameter["name"]]}
    for media_type, content in operation.get("requestBody", _NOTHING).get("content", _NOTHING).items():
        if media_type in example.get("body", _NOTHING):
            content["example"] = example["body"][media_type]
    for status, answer in example.get("answers", _NOTHING).items():
        operation["responses"][status]["content"]["application/json"]["example"] = answer

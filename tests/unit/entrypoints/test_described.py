"""The description in the repository is the application's."""

import json

from entrypoints.http.schemas.request_body import RequestBody
from tests.unit.entrypoints.described import FILE, description


def test_the_file_says_what_the_application_says() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == description(), "The API has changed: run 'make openapi'."


def test_every_operation_has_a_name_of_its_own_and_declares_its_errors() -> None:
    operations = [each for path in description()["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names) > 20
    assert all("application/problem+json" in str(each["responses"]) for each in operations if "security" in each)


def test_every_body_in_json_says_what_was_meant_by_a_field_that_it_does_not_know() -> None:
    operations = [each for path in description()["paths"].values() for each in path.values()]
    bodies = [each["requestBody"]["content"] for each in operations if "requestBody" in each]
    schemas = [each["application/json"]["schema"] for each in bodies if "application/json" in each]
    # The schema of a version is read by a reader of its own, which does so too.
    names = {each["$ref"].rpartition("/")[2] for each in schemas} - {"SchemaRefinement"}
    assert len(names) > 4
    assert names <= {each.__name__ for each in _subclasses(RequestBody)}


def _subclasses(parent: type) -> list[type]:
    return [other for each in parent.__subclasses__() for other in (each, *_subclasses(each))]

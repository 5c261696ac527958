"""The description in the repository is the application's."""

import json

from tests.unit.entrypoints.described import FILE, description


def test_the_file_says_what_the_application_says() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == description(), "The API has changed: run 'make openapi'."


def test_every_operation_has_a_name_of_its_own_and_declares_its_errors() -> None:
    operations = [each for path in description()["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names) > 20
    assert all("application/problem+json" in str(each["responses"]) for each in operations if "security" in each)

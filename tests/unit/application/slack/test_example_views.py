"""The views in the documentation are those that the examples have."""

from tests.slack.block_kit import faults_of_view
from tests.unit.application.slack.example_views import FOLDER, HOW_TO, schemas, text_of, views, with_list


async def test_the_views_of_the_examples_are_current_and_legal() -> None:
    made = views(await schemas())
    assert [faults_of_view(view) for view in made.values()] == [[]] * len(made)
    files = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    again = "write them anew: python -m tests.unit.application.slack.example_views"
    assert files == {name: text_of(view) for name, view in made.items()}, again
    text = HOW_TO.read_text(encoding="utf-8")
    assert "<!-- views -->" in text
    assert text == with_list(text, made), again

"""Mail merge from Slack: the report first, then the documents as one archive, and the failed rows as a file."""

import io
import zipfile
from typing import Any

from tests.integration.http.conftest import register
from tests.integration.slack.desk import Desk, button_of, kinds
from tests.integration.support.fake_slack import USER, Fault

Json = dict[str, Any]
ROWS = "name,salary,shoe\nAda,100,\nGrace,,\nAlan,300,\n"


def _window(desk: Desk) -> Json:
    response = desk.command("merge")
    assert (response.status_code, response.content) == (200, b"")
    view: Json = desk.slack.wait_for(lambda: desk.slack.shown("docgen_merge"))
    return view


def _report(desk: Desk, content: str, name: str = "rows.csv", query: str = "offer-letter") -> Json:
    """Send a table for the first template, and return what is said of it."""
    view = _window(desk)
    item = desk.options(view, query, action_id="merge:template", block_id="template")[0]
    file = desk.slack.uploaded(name, content.encode())
    state = {
        "template": {"merge:template": {"type": "external_select", "selected_option": item}},
        "rows": {"value": {"type": "file_input", "files": [file]}},
    }
    before = len(desk.slack.messages)
    filled = {**view, "state": {"values": state}}
    desk.interact(desk.slack.interaction("view_submission", view=filled, response_urls=[]))
    message: Json = desk.slack.wait_for(lambda: next(iter(desk.slack.messages[before:]), None))
    return message


def _plain(text: str) -> str:
    return text.replace("\u2060", "")


def _shown(message: Json) -> str:
    return "\n".join(block["text"]["text"] for block in message["blocks"] if "text" in block)


def _uploaded(desk: Desk, known: set[str], ending: str) -> bytes:
    file = desk.slack.wait_for(
        lambda: next((f for f in desk.slack.shared() if f.id not in known and f.name.endswith(ending)), None)
    )
    assert file.shares == [(f"D{USER}", None)]
    content: bytes = file.content
    return content


def test_a_table_is_checked_and_made_into_an_archive_and_a_file_of_failed_rows(desk: Desk) -> None:
    message = _report(desk, "name,salary\nAda,100\nGrace,\nAlan,300\n")
    assert message["channel"] == f"D{USER}"
    assert "2 of 3 rows" in message["text"]
    assert "Row 3: salary: is empty" in _shown(message).replace("\u2060", "")
    known = {file.id for file in desk.slack.shared()}
    desk.click(message, "merge:start")
    archive = zipfile.ZipFile(io.BytesIO(_uploaded(desk, known, ".zip")))
    assert sorted(archive.read(name).decode() for name in archive.namelist()) == [
        "Dear Ada,\n\nyour salary is 100.\n",
        "Dear Alan,\n\nyour salary is 300.\n",
    ]
    failed = _uploaded(desk, known, ".csv").decode()
    assert "Grace" in failed
    assert "Ada" not in failed
    desk.slack.wait_for(lambda: "2 documents are there. Rows that failed: 1" in message["text"])
    assert kinds(message) == ["section"]


def test_progress_is_told_by_editing_one_message(desk: Desk) -> None:
    message = _report(desk, "name,salary\n" + "".join(f"P{n},{n}\n" for n in range(300)))
    assert "All 300 rows" in message["text"]
    before, messages = len(desk.slack.called("chat.update")), len(desk.slack.messages)
    desk.click(message, "merge:start")
    desk.slack.wait_for(lambda: "all 300 documents are there" in message["text"], 60)
    edits = [call for call in desk.slack.called("chat.update")[before:] if call.arguments["ts"] == message["ts"]]
    assert "0 of 300" in edits[0].arguments["text"]
    assert len(desk.slack.messages) == messages


def test_an_archive_above_the_limit_is_linked_to_for_whoever_has_the_link(desk: Desk) -> None:
    # Digits that a zip does not make much of.
    text = "{{ name }}{% for n in range(6000) %}{{ n * 7919 % 1000003 }}{% endfor %}"
    register(desk.client, text, name="long.txt", slug="long")
    message = _report(desk, "name\n" + "Ada\n" * 16, query="long")
    known = {file.id for file in desk.slack.shared()}
    desk.click(message, "merge:start")
    desk.slack.wait_for(lambda: "larger than the 0.1 MB" in message["text"], 60)
    address = message["text"].partition("<https://docgen.example.org")[2].partition("|")[0]
    response = desk.client.get(address)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/zip")
    assert len(zipfile.ZipFile(io.BytesIO(response.content)).namelist()) == 16
    assert desk.client.get(address[:-1] + ("A" if address[-1] != "A" else "E")).status_code == 404
    assert not [file for file in desk.slack.shared() if file.id not in known]
    assert len(desk.client.get("/v1/audit-events?action=batch.linked").json()["data"]) == 1


def test_two_clicks_make_one_batch(desk: Desk) -> None:
    message = _report(desk, "name,salary\nAda,5\n")
    before = len(desk.client.get("/v1/batches").json()["data"])
    known = {file.id for file in desk.slack.shared()}
    start = button_of(message, "merge:start")
    for _ in range(2):
        desk.interact(desk.slack.in_message(message, start))
    desk.slack.wait_for(lambda: "all 1 documents are there" in message["text"])
    assert len(desk.client.get("/v1/batches").json()["data"]) == before + 1
    assert len([file for file in desk.slack.shared() if file.id not in known]) == 1


def test_slack_being_away_for_a_moment_loses_nothing(desk: Desk) -> None:
    message = _report(desk, "name,salary\nAda,6\n")
    desk.slack.fail("chat.update", Fault(status=503), Fault(status=429, retry_after=1))
    desk.slack.fail("files.getUploadURLExternal", Fault(status=500))
    known = {file.id for file in desk.slack.shared()}
    desk.click(message, "merge:start")
    assert _uploaded(desk, known, ".zip")
    desk.slack.wait_for(lambda: "all 1 documents are there" in message["text"])


def test_an_answer_that_is_lost_leads_to_no_second_archive(desk: Desk) -> None:
    message = _report(desk, "name,salary\nAda,8\nGrace,\n")
    for _ in range(2):
        desk.slack.fail("files.completeUploadExternal", Fault(status=500, after=True))
    known = {file.id for file in desk.slack.shared()}
    desk.click(message, "merge:start")
    desk.slack.wait_for(lambda: "1 documents are there" in message["text"], 60)
    new = [file for file in desk.slack.shared() if file.id not in known]
    assert sorted(file.name.rpartition(".")[2] for file in new) == ["csv", "zip"]
    assert all(len(file.shares) == 1 for file in new)


def test_a_template_that_was_archived_since_the_report_is_told_and_nothing_is_made(desk: Desk) -> None:
    register(desk.client, "To {{ name }}", name="offer-old.txt", slug="offer-old")
    message = _report(desk, "name\nAda\n", query="offer-old")
    etag = desk.client.get("/v1/templates/offer-old").headers["ETag"]
    assert desk.client.delete("/v1/templates/offer-old", headers={"If-Match": etag}).status_code == 204
    batches = desk.client.get("/v1/batches").json()["data"]
    desk.click(message, "merge:start")
    desk.slack.wait_for(lambda: any("offer-old is archived" in _plain(said) for said in desk.slack.said()))
    assert desk.client.get("/v1/batches").json()["data"] == batches


def test_columns_that_do_not_fit_are_told_and_nothing_is_started(desk: Desk) -> None:
    message = _report(desk, ROWS)
    assert "does not fit the template" in message["text"]
    assert "shoe" in message["text"]
    assert "actions" not in kinds(message)


def test_a_file_that_is_no_table_is_refused(desk: Desk) -> None:
    assert "is no table" in _report(desk, "x", "picture.png")["text"]


def test_nothing_is_made_where_somebody_cancels(desk: Desk) -> None:
    message = _report(desk, "name,salary\nAda,1\n")
    batches = desk.client.get("/v1/batches").json()["data"]
    desk.click(message, "merge:cancel")
    desk.slack.wait_for(lambda: message["text"] == "Nothing was changed.")
    assert desk.client.get("/v1/batches").json()["data"] == batches

"""Who may see a token."""

import pytest

from adapters.slack.clients import SlackWebClients


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://files.slack.com/files-pri/T1-F1/letter.docx", True),
        ("https://slack.com/api/users.info", True),
        ("http://files.slack.com/files-pri/T1-F1/letter.docx", False),
        ("https://files.slack.com.example.org/letter.docx", False),
        ("https://example.org/files.slack.com", False),
        ("https://notslack.com/", False),
        ("https://files.slack.com@example.org/letter.docx", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_a_token_is_sent_to_slack_alone(url: str, may: bool) -> None:
    assert SlackWebClients("https://slack.com/api").may_have_token(url) is may


def test_another_base_address_is_slack_too() -> None:
    clients = SlackWebClients("http://127.0.0.1:9000/api")
    assert clients.may_have_token("http://127.0.0.1:9000/download/F1")
    assert not clients.may_have_token("http://127.0.0.1:9001/download/F1")

"""The contract of `WebhookSender`."""

from abc import ABC, abstractmethod

import pytest

from application.ports.webhook_sender import WebhookSender
from domain.errors import InvalidRequestError, UrlForbiddenError


class WebhookSenderContract(ABC):
    """Promises of every sender."""

    @pytest.fixture
    @abstractmethod
    def sender(self) -> WebhookSender:
        """Give a sender."""

    @pytest.fixture
    @abstractmethod
    def url(self) -> str:
        """Give an address that answers with 200."""

    @pytest.fixture
    @abstractmethod
    def forbidden_url(self) -> str:
        """Give an address that nothing is sent to."""

    async def test_a_message_is_sent_and_answered(self, sender: WebhookSender, url: str) -> None:
        await sender.check(url)
        answer = await sender.send(url, {"webhook-id": "evt_1"}, b"{}")
        assert (answer.status_code, answer.error) == (200, None)

    async def test_a_forbidden_address_is_refused_before_and_when_it_is_sent_to(
        self, sender: WebhookSender, forbidden_url: str
    ) -> None:
        with pytest.raises(UrlForbiddenError):
            await sender.check(forbidden_url)
        answer = await sender.send(forbidden_url, {}, b"{}")
        assert answer.status_code is None
        assert answer.error

    async def test_what_is_no_address_is_refused(self, sender: WebhookSender) -> None:
        with pytest.raises(InvalidRequestError):
            await sender.check("https://")
        with pytest.raises(UrlForbiddenError):
            await sender.check("ftp://example.org")

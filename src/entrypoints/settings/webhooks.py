"""The settings of messages to addresses of others."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import AfterValidator

from entrypoints.settings.lists import items, valid_networks
from entrypoints.settings.types import Section


class WebhookSettings(Section):
    """Where webhooks may lead to besides the public Internet: networks with commas in between."""

    allowed_networks: Annotated[str, AfterValidator(valid_networks)] = ""

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks that may be sent to although they are not public."""
        return tuple(ip_network(item) for item in items(self.allowed_networks))

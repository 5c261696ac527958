"""The settings of the service that answers HTTP."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from entrypoints.settings.lists import items, valid_hosts, valid_networks, valid_origins
from entrypoints.settings.types import Section, WebUrl


class HttpSettings(Section):
    """Where the service listens, with how many processes, who may reach it how, and how slow its clients may be.

    The head of a request has `client_seconds` to come, its body as long and one more second for each
    `client_bytes_per_second` of it that came; of an answer a client has to read as much.
    Each process works on `requests` at a time, whose bodies have `body_bytes` in all, or a single one as many as it
    may; of answers that their clients have not read yet it holds `answer_bytes`, and then closes the connection that
    has been at it for longest. `request_seconds` is how long the service itself may take for a request. `with_worker`
    lets these processes carry out the jobs of the queue as well; None: with the embedded database they do. Told to end
    by SIGTERM, the service says for `drain_seconds` that it is not ready, and takes requests as before; then what runs
    is finished.
    `allowed_hosts` are the names by which it may be called; empty is any, but where nobody has chosen an
    authentication: `docgen serve` then takes names of this machine alone.
    It, `cors_origins` and `trusted_proxies` are lists with commas in between; `hsts_seconds` is for a service that is
    reached over TLS alone, and says so to browsers for that long.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    with_worker: bool | None = None
    public_url: WebUrl | None = None
    client_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 30.0
    client_bytes_per_second: Annotated[int, Field(ge=1)] = 10_000
    requests: Annotated[int, Field(ge=1)] = 2_000
    body_bytes: Annotated[int, Field(ge=1)] = 256_000_000
    answer_bytes: Annotated[int, Field(ge=1)] = 256_000_000
    request_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 60.0
    drain_seconds: Annotated[float, Field(ge=0, le=600)] = 0.0
    allowed_hosts: Annotated[str, AfterValidator(valid_hosts)] = ""
    cors_origins: Annotated[str, AfterValidator(valid_origins)] = ""
    trusted_proxies: Annotated[str, AfterValidator(valid_networks)] = ""
    forwarded_header: Literal["x-forwarded-for", "forwarded"] = "x-forwarded-for"
    hsts_seconds: Annotated[int, Field(ge=0)] = 0

    @property
    def allowed_names(self) -> tuple[str, ...]:
        """The hosts that requests may be for, in lower case; an IPv6 address without brackets."""
        return tuple(item.lower().strip("[]") for item in items(self.allowed_hosts))

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins whose pages may call the API from a browser."""
        return tuple(items(self.cors_origins))

    @property
    def trusted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of proxies that are believed where a request comes from."""
        return tuple(ip_network(item) for item in items(self.trusted_proxies))

    @property
    def base_url(self) -> str:
        """The address by which programs on this machine reach the service."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Tell whether only programs on this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

"""Where those ask who watch the service: load balancers, orchestrators and Prometheus."""

from typing import Final

PROBES: Final = frozenset({"/livez", "/readyz", "/health"})
WATCHING: Final = PROBES | {"/metrics"}

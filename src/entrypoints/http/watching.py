"""Where those ask who watch the service: load balancers, orchestrators and Prometheus."""

from typing import Final

PROBES: Final = frozenset({"/livez", "/readyz", "/health"})
FIGURES: Final = "/metrics"
WATCHING: Final = PROBES | {FIGURES}

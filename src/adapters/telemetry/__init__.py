"""Traces: decorators of ports, on OpenTelemetry's API alone; used only where somebody wants them."""

"""Telemetry of a process of the service: off unless a standard OTEL_* variable asks for it.

The SDK is imported by `process` alone, and only where something is on.
"""

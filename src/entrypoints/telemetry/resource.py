"""Who speaks: the attributes of a process that all its telemetry has."""

import os
import socket
import uuid
from importlib.metadata import version

from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.util.types import AttributeValue


def resource_of(service: str) -> Resource:
    """Return the resource of this process; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over what is said here.

    Source: OpenTelemetry Semantic Conventions, "Service" and "Host".
    """
    ours: dict[str, AttributeValue] = {
        "service.name": service,
        "service.version": version("docgen"),
        "service.instance.id": str(uuid.uuid4()),
        "host.name": socket.gethostname(),
        "process.pid": os.getpid(),
    }
    return Resource.create(ours).merge(OTELResourceDetector().detect())

"""Messages to webhooks over HTTP."""

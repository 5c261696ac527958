"""What Slack sends, over HTTP or over its Socket Mode."""

"""What Slack allows, for tests: written from Slack's documentation, not from the code under test."""

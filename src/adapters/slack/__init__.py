"""Slack, on slack_sdk."""

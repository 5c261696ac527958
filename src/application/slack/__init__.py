"""Slack: what is answered at once, and what is done after the answer."""

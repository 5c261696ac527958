"""Forms in Slack: from the schema of a template to views of Block Kit, and from what is filled in to the data.

Views are plain JSON-like dicts; nothing here talks to Slack.
"""

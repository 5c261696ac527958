"""What can be set from outside, one module a section."""

"""Links that this service signs, and serves itself."""

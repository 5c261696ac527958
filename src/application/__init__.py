"""What DocGen does: use cases, and the ports they need."""

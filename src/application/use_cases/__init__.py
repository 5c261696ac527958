"""One file a use case: a command, and a class that carries it out."""

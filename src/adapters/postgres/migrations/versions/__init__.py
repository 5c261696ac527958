"""One file a change of the schema, each with its way back."""

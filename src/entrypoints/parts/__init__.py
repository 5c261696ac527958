"""Parts of the graph: what stands where the settings leave a choice."""

"""What stands in front: HTTP and the command line, and the composition roots that wire everything."""

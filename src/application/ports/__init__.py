"""What the use cases need from outside: one noun a file, documented by promises."""

"""Blobs in a bucket of a store that speaks S3. It is imported only where it is configured: botocore is large."""

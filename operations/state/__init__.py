"""`hybrid state`: Terraform state in S3: versions, restoring, pushing, importing again, rebuilding."""

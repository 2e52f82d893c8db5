"""`python -m operations` is `hybrid`, for callers that have no console script."""

from operations.cli import main

main()

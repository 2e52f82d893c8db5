"""The server side of the embedded AWS: what runs in the process that `operations.local.serve` starts.

Only that process imports this package, because it loads moto.
"""

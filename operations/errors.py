"""Errors a person reads. Each carries the exit code that the whole CLI promises.

0 done, 1 failed, 2 usage or configuration, 3 refused by a guard, 4 a threshold or objective is breached.
"""


class HybridError(Exception):
    """Something failed. The message says what, with the value involved, and what to do next."""

    exit_code = 1


class UsageError(HybridError):
    """The command line or a configuration file is wrong; nothing was done."""

    exit_code = 2


class Refused(HybridError):
    """A guard stopped the command before it changed anything."""

    exit_code = 3


class Breached(HybridError):
    """The command worked and found a threshold or objective breached."""

    exit_code = 4

"""Run an incident: declare, mitigate and take back, collect evidence, verify, close, write the postmortem."""

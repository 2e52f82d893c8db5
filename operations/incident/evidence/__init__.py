"""Collects what says why: logs, traces, stopped tasks, deployments, alarms, changes, targets. Reads only."""

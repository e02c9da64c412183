"""The code behind ./dev: Python's standard library only."""

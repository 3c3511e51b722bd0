"""How it runs: definitions, jobs, schedules, sensors and the command line.

The only room that imports dagster, besides the thin modules assets.py and checks.py.
"""

"""How it runs: definitions, jobs, schedules, sensors and the command line. The only room besides assets.py/checks.py that imports dagster."""

"""What exists: one package a stage. Only ``assets.py`` and ``checks.py`` of a stage import dagster; nothing imports them but pipelines."""

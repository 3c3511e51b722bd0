"""What the assets use: plain classes for files, databases, keys and the county's systems. Knows contracts; knows no dagster."""

"""The demo county: seeded people with known truth, delivered in four vendors' formats and the state's counts.

Belongs here: simulating, delivering, and the vendors' ways of writing. Does not belong here: anything the pipeline does with it.
"""

from resources.simulated_county.deliver import deliver
from resources.simulated_county.jail_database import JAIL_TABLES, load_jail_database, write_jail
from resources.simulated_county.simulate import SimulationReport, simulate

__all__ = ["JAIL_TABLES", "SimulationReport", "deliver", "load_jail_database", "simulate", "write_jail"]

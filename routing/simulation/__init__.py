"""The parts of a simulated day: who comes, who serves, what is measured. `routing/simulate.py` runs it."""

"""Several processes behind one port: a parent that keeps N workers, and what they share."""

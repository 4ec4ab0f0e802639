"""Figures beside their limits, from one run."""

"""Rasa as the house keeps it: its own Python, its models, its process."""

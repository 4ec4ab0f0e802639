"""The agents room on a real PostgreSQL."""

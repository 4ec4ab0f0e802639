"""The pure parts of the bench."""

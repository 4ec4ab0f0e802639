"""The agents room without any I/O."""

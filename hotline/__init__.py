"""What the world touches: channels, front desk, HTTP, command line, and the wiring that picks implementations."""

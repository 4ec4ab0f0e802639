"""Where the world comes in: one file or folder a channel."""

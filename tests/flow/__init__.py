"""The whole application over real sockets."""

"""Residents' web chat: the WebSocket `/chat/ws` of PROTOCOL.md."""

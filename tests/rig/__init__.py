"""What tests stand on: real servers, fresh databases, a clock to move."""

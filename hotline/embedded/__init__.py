"""PostgreSQL and Redis of our own, started under the data folder where no servers are given (DESIGN §4)."""

"""Seats as people use them: accounts, roster, the console and the record. Above routing and bots, below hotline."""

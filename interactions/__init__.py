"""The ground of the house: model, states, events, log, tables, database, outbox. Imports nothing of ours."""

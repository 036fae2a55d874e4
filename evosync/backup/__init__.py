"""Backups: one file with all rows of a database, sealed or not, and the way back from it."""

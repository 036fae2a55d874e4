"""Accounts: passwords, later links and permissions."""

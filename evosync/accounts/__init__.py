"""Accounts: signing in, registration, invitations, administration, and who may do what."""

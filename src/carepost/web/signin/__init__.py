"""Signing in: passwords, passkeys, second factors, invites, sessions (RULES E1, E11)."""

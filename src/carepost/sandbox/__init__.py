"""Test phones and a test mailbox that speak the carriers' own wire formats.

A practice that has no carrier account yet, a demo and the tests all send to this instead of the
real world. It is a program of its own: it imports nothing of Carepost's other packages, so that
it can never agree with them by sharing their mistakes.
"""

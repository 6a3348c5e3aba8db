"""What a program can do with a practice, under `/api/v1`: all that a person can do on a page.

A request comes in by one door (`door.py`): who is it, how fast, may it, how large, seen before? It
then runs one view of `resources/` in a transaction that sees that practice alone. Whatever goes
wrong is answered as a problem (RFC 9457) that says what to do.
"""

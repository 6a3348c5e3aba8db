"""A small HTTP/1.1 client for carriers' APIs: kept connections, and exact about what was sent.

It never asks twice. Whoever calls learns one of three things: the whole answer (`Response`), that
nothing left this machine (`NotSent`), or that the request may have arrived (`Unanswered`).
"""

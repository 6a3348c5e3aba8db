"""One folder a carrier: each translates the port of `messaging/carrier.py` into its wire format."""

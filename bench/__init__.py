"""How fast the service is, beside an empty application in the same run: `make bench`."""

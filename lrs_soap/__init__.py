"""lrs-soap: the Learning Records Service on your own machine."""

__version__ = "0.2.0"

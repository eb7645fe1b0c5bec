"""lrs-soap: the Learning Records Service on your own machine."""

__version__ = "0.1.0"

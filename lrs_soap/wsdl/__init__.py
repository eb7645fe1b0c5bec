"""The contract: what goes over the wire, declared once, and everything that is made from the declarations."""

"""The list of prohibited text that ships with lrs-soap."""

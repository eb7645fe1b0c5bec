"""What is remembered: all SQL of lrs-soap. Rows never leave it, dataclasses do."""

"""The control interface: JSON under /_lrs/, for programs that steer the service and look into it."""

"""The commands that steer a running server, by its control interface."""

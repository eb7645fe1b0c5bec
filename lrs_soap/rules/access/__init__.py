"""Who may do what, and when the service is open."""

"""The console: pages for whoever develops against the service, on which the server is looked into and steered."""

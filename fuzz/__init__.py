"""`make fuzz`: requests that chance has spoiled, sent to a real server over HTTP and HTTPS, and what comes back."""

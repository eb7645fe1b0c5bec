"""What the interfaces beside SOAP share: who may use them, what errors say, and what pages have."""

"""What the interfaces beside SOAP share: who may use them."""

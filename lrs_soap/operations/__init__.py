"""What the service can do: one function an operation, in the transaction that it is given."""

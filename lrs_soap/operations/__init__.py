"""What the service can do: a file for each operation. An operation is given a unit of work (`operations.work`)."""

"""What starting_data gives to a new database. A package, so that it is installed with its files."""

"""One module a version of the schema; each stays as it was when it was released."""

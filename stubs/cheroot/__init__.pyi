# What of cheroot is used here, with the types that its own stubs leave out.

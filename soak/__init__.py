"""`make soak`: a real server under a load of everything that there is, and what it has used up in the end."""

"""How names and other details are compared, and whom a find by demographics means."""

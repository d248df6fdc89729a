"""What measures speed, memory and accuracy; each prints a table and writes JSON."""

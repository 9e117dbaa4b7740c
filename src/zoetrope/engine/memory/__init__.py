"""What fits into the memory that is there, and how: plans, forecasts, weights that come and go. Knows no family."""

"""Values to rows and back, by hand: one module for each kind, so that a run builds every row once, as a tuple."""

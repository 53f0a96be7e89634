"""Price models: one file each, small frozen values with one operation, ``rate(quantity)``."""

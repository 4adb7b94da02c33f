"""The soak: a million events through the real functions, with everything going wrong, and a ledger of every answer."""

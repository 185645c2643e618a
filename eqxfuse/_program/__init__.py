"""Programs: the one language of expressions, and what is done to it without knowing any chemistry."""

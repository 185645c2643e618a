"""Program -> text or array operations. Knows no chemistry."""

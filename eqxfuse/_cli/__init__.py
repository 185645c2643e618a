"""The commands of `eqxfuse`: one module each. The only part of the package that prints."""

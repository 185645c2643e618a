"""What a solve gives, what it was made from, and its files."""

"""Programs as text in which every rate is written out with its numbers."""

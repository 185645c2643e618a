"""What XLA calls: handlers, buffers, and a pool of threads for batches."""

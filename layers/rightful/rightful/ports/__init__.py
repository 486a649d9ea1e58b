"""What the core asks of the outside, as plain data and protocols: reads, writes, the queue, the bus."""

"""Workers: who is alive, what they do, and the queue that waits for them."""

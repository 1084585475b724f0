"""Plans: batches that go on by themselves, and make one more job at their end."""

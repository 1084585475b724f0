"""What may make a score too good to be true, looked for before anything is fitted."""

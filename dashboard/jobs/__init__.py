"""Jobs: submitting, watching and ending them."""

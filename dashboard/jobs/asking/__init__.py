"""What a person asks for, checked against catalogue and dataset."""

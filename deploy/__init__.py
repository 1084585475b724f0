"""How Trainyard is started on one machine."""

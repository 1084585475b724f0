"""From waiting to ended: what workers read and write of a job."""

"""A decision threshold, and a job whose model follows another one."""

"""The files of a bundle: what runs on somebody else's machine, without Trainyard."""

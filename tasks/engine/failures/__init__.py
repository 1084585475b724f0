"""What goes wrong while training: in plain words, with a change that was tried."""

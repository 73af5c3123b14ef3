"""The simulated company: the same people, deals and calls behind every face of it."""

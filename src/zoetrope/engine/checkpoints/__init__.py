"""Published checkpoints on this machine: what they are, where they come from, and what lies in their files."""

"""Invisible marks in picture and sound: 48-bit ids that survive what platforms do to files."""

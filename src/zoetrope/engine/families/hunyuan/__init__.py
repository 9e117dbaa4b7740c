"""The family of HunyuanVideo 1.5: text to video, and picture to video."""

"""The family of LTX: LTX-Video 0.9.x, which is silent, and LTX-2, which makes picture and sound together."""

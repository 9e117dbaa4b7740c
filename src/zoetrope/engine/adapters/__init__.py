"""LoRAs: what files of any common spelling say, and laying them over a network for one request."""

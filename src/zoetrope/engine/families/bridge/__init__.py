"""The bridge to any other pipeline of diffusers that makes video of text or a picture, by the pipeline's own loop."""

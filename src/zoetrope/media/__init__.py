"""Frames and sound on disk: write clips while they are made, read them in true colours, stills and previews."""

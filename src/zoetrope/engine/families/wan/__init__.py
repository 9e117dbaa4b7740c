"""The Wan family: published networks of two generations that make silent pictures from text, pictures and clips."""

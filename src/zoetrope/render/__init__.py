"""Where the parts meet: screen, generate, release. The only place that knows engine and release both."""

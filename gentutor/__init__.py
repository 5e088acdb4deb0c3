"""gentutor: learn how generative AI is trained, by training it."""

__version__ = "0.1.0"

"""What gentutor asks of the Jupyter server: small messages are sent at once. Imports nothing of the lessons."""

"""Failures tried: each loses nothing and ends in a clear sentence. Those that need a page are in tests/browser."""

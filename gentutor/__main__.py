"""``python -m gentutor`` is the command ``gentutor``."""

from gentutor.cli import main

if __name__ == "__main__":
    main()

"""``python -m augury.cli``: the command line without its installed script."""

from augury.cli.app import main

if __name__ == "__main__":
    main()

"""`python -m zhucan` is the `zhucan` command."""

from zhucan.config.cli import main

if __name__ == "__main__":
    main()

"""`python -m carepost.cli`: how `up` starts its halves, whatever the PATH."""

from carepost.cli import main

if __name__ == "__main__":
    main()

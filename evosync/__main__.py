"""`python -m evosync`: the command line without its console script."""

from evosync.cli.main import main

main()

"""`python -m lrs_soap` is `lrs-soap`."""

from lrs_soap.cli.app import main

main()

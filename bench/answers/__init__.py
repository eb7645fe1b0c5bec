"""Compare the answers of two versions of lrs-soap byte for byte: `python -m bench.answers OUT`.

Nothing here imports lrs_soap: the service is a process behind a socket, so that any version of it can be asked.
"""

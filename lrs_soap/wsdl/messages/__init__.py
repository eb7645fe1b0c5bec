"""The message types of both ports: one module a namespace, in the order of the live WSDLs.

Python has a type stand after those that it is made of.
"""

"""The organisation portal: the pages on which people do what their programs do by SOAP, on the same register."""

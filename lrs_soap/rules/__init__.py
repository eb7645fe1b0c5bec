"""How the Learning Records Service decides: pure functions on frozen values; no SOAP, no SQL, no clock."""

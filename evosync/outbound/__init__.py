"""The only road to the outside: HTTP with time-outs, quota and redaction."""

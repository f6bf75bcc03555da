"""Benchmarks, each a module with `main(argv)`: `python -m benchmarks NAME [--json FILE]`."""

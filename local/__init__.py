"""The whole template on this machine: `make run`, `make demo`, and the stack that tests/stack runs against."""

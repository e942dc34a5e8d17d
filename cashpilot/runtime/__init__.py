"""Private servers for the demo, the tests and the benchmarks; it imports nothing else of ours."""

"""Arithmetic and words of the evaluation on plain values: no database, no clock, no network."""

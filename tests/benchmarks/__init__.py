"""`./dev bench [AREA] [--json FILE]`: our speed against floors measured in the same run.

A benchmark lives in a file of its area, `tests/benchmarks/AREA.py` or `AREA_SUBJECT.py`, where AREA
is payments, participants, pages, evaluation or releases. To add a row, write a function that
prepares the data and returns the two sides to compare:

    from tests.benchmarks.harness import Contest, benchmark

    @benchmark("payments", "dating 12,000 instalments", unit="µs a row", bar=2.0)
    def dating_instalments() -> Contest:
        '''Dating instalments costs at most twice what PostgreSQL needs to copy them in.'''
        awards = thousand_awards()
        rows = rows_of(awards)
        return Contest(
            ours=lambda: schedule_all(awards),
            floor=lambda: copy_in(rows),
            before_each=empty_the_table,
            per=12_000,
        )

Each benchmark has a freshly migrated PostgreSQL of its own. The sides run alternately, five times
each after one that does not count; the row shows the medians. What is measured is CPU time, of
this process and of the database server together, because wall time depends on who else uses the
machine; `clock=WALL` measures waiting instead. A figure that is no time, such as bytes of a page
or payments sent twice, is returned as `Reading(figure, against)`. A row is met when
figure / against is at most `bar`; one that is not met makes the command end with 1.
"""

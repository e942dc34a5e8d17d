"""Pages that show more than one app. A page asks queries and hands the template plain values."""

"""Rosters as offices keep them: workbooks and CSV files read in, checked row by row, marked up, and written out."""

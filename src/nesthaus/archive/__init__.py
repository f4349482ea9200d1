"""Sessions of closed months as Parquet files, on disk or in any store that fsspec knows.

A month is a folder with a manifest; the manifest names the files of its parts, their rows and
checksums. A part holds some thousand sessions, a file for each table. A file never changes: it is
named by what it holds, and another takes its place in the next manifest. What no manifest names is
not part of the archive.
"""

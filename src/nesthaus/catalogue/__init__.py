"""The price lists, as data.

Reads: the TOML files of one directory, once, at the start.
Writes: nothing.
Promises: a catalogue that is loaded has no unknown id, no forgotten cell and no gap in it.
Never: knows a product. Categories, options, prices and limits are in the files alone.
"""

from nesthaus.catalogue.loader import CatalogueError, load_catalogue

__all__ = ["CatalogueError", "load_catalogue"]

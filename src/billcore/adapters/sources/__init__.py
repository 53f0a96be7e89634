"""Sources of catalogs: a file, a folder of files, a website's API.

Each answers one whole, right document or raises ``SyncAborted``; none changes anything. ``HttpSource`` needs the extra
``billcore[http]``, which is loaded when it first asks.
"""

from billcore.adapters.sources.files import DirectorySource, FileSource
from billcore.adapters.sources.http import HttpSource

__all__ = ["DirectorySource", "FileSource", "HttpSource"]

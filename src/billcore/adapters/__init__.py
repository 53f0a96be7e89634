"""Implementations of ports, and documents in and out.

It owns stores (``memory``, ``sql``), a way to an ERP (``spool``), the strict reading and writing of documents
(``serialization``), and what people see (``formatting``, ``rendering``, ``results``). It does not own a rule of
meaning. Everything here loads on first use.
"""

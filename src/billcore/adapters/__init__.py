"""Implementations of ports, and documents in and out.

It owns stores (``memory``, ``sql``), a way to an ERP (``spool``), the strict reading and writing of documents
(``serialization``), what people see (``formatting``, ``rendering``, ``results``), and the check of VAT ids
(``vat_ids``). It does not own a rule of meaning. Everything here loads on first use.
"""

"""Schema data: RFC 7643 sections 4 and 8.7, one module per schema. Data only, no behaviour."""

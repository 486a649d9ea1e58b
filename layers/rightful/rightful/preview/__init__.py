"""Preview: what would become of many changes of addresses, before an identity provider pushes them."""

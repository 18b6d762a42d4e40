"""Who asks: bearer tokens, verified by the keys of the issuers that the settings name."""

"""The register: agreements, purposes, receipts, builds, releases, audit (a Django app)."""

"""Where models' and data sets' bytes come from: pinned, hashed, cached."""

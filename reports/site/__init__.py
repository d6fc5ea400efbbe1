"""Many runs as one site: pages that share their assets and open from disk."""

"""HTTP: the gate that wraps everything, health, sign-in, redirects and exports."""

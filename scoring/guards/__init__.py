"""Guards: the checks that must pass before an outreach leaves, one verdict each with the facts it was made from."""

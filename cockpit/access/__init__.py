"""Who may come in, and as whom: joining, provisioning, login tokens, sessions, keys, roles and the person wall."""

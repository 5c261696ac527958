"""What stands behind the ports: one folder a technology or port family, none knowing another."""

"""PostgreSQL: rows and their mapping, repositories, units of work, migrations."""

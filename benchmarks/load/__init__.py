"""Load on a service: wrk, and the services that it is put on."""

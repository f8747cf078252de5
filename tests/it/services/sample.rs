//! `deploy/samples/agency.py`, as an integrator would run it.

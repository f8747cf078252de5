//! What stands in `deploy/`, used as it is: the configuration of the servers, the units, the containers, the README.

mod containers;
mod engine;
mod processes;
mod servers;
mod unit;
mod units;
mod written;

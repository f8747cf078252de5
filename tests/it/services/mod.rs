//! The bus as small services: processes with a few roles each, which find each other through NATS alone, and
//! agencies that speak with them over HTTP and NATS.

mod away;
mod badly;
mod district;
mod found;
mod incident;
mod load;
mod many;
mod proof;
mod sample;
mod three;
mod voice;

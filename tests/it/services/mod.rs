//! The bus as small services: processes with a few roles each, which find each other through NATS alone, and
//! agencies that speak with them over HTTP and NATS.

mod district;
mod found;
mod sample;
mod three;
mod voice;

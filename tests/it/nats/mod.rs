//! NATS: who may speak on the district's servers, and the files by which they are run.

mod deployed;

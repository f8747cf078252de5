//! The suite on every store, memory and sled against each other, the sled ledger under faults, and what the
//! ledger on JetStream asks of its servers.

mod child;
mod damage;
mod equal;
mod faults;
mod import;
mod nats;
mod nats_faults;

use crate::conformance::Factory;
use crate::{Ledger, MemoryLedger, SledLedger};
use async_trait::async_trait;
use std::sync::Arc;

/// Memory forgets nothing as long as its factory lives.
#[derive(Default)]
struct Memory(Arc<MemoryLedger>);

#[async_trait]
impl Factory for Memory {
    async fn open(&self) -> Arc<dyn Ledger> {
        self.0.clone()
    }
}

struct Sled(tempfile::TempDir);

#[async_trait]
impl Factory for Sled {
    async fn open(&self) -> Arc<dyn Ledger> {
        Arc::new(SledLedger::open(self.0.path()).unwrap())
    }
}

mod memory {
    crate::conformance_suite!(super::Memory::default());
}

mod sled {
    crate::conformance_suite!(super::Sled(tempfile::tempdir().unwrap()));
}

mod jetstream_on_one_server {
    crate::conformance_suite!(super::nats::OnSite::one().await);
}

mod jetstream_on_three_servers {
    crate::conformance_suite!(super::nats::OnSite::three().await);
}

//! All calls, in the order in which an agency's system meets them. Each route of this crate has its block here,
//! and each block its route: a test holds it, and every answer in the tests is held against its block.

mod publishing;
mod reading;
mod rest;

use super::call::{Call, Text};

/// Calls that belong together.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) says: Text,
    pub(crate) calls: Vec<Call>,
}

/// All calls, by group.
pub(crate) fn all() -> Vec<Group> {
    vec![
        Group { name: "publish", says: ("Publish facts", "提交事实"), calls: publishing::publish() },
        Group {
            name: "follow",
            says: ("Follow what your agency is told", "接收告知"),
            calls: publishing::follow(),
        },
        Group {
            name: "cases",
            says: ("Read cases, now or as of a moment", "查阅案件（现时或者某一时点）"),
            calls: reading::all(),
        },
        Group { name: "contracts", says: ("Contracts", "契约"), calls: rest::contracts() },
        Group {
            name: "operator",
            says: ("For the operator of the region", "运行维护方"),
            calls: rest::operator(),
        },
        Group { name: "health", says: ("Health", "运行状态"), calls: rest::health() },
    ]
}

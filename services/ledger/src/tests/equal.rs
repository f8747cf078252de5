//! Memory and sled answer equally, whatever is asked of them.

use crate::conformance::{appended, event, history, record, source};
use crate::{Ledger, MemoryLedger, SledLedger};
use proptest::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use vocabulary::id::HistoryKind;
use vocabulary::{Position, Version};

const HISTORIES: [&str; 4] = ["case-a", "case-a-b", "child-a", "rules-999901"];

/// One append: which history, how far from the right version, which facts.
type Step = (usize, u64, Vec<u8>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let off = prop_oneof![8 => Just(1_u64), 1 => Just(0), 1 => 2..4_u64];
    prop::collection::vec((0..HISTORIES.len(), off, prop::collection::vec(0..60_u8, 1..4)), 1..40)
}

/// Everything that a ledger says of itself.
fn all(ledger: &dyn Ledger) -> String {
    let read = HISTORIES.map(|id| (ledger.read(&history(id), Version(2)), ledger.version(&history(id))));
    let find = (0..60).map(|id| ledger.find(&source(), &event(&id.to_string()))).collect::<Vec<_>>();
    let get = (0..45).map(|at| ledger.get(Position(at))).collect::<Vec<_>>();
    let range = [(0, 9), (3, 2), (0, 99)].map(|(after, most)| ledger.range(Position(after), most));
    let kinds =
        [HistoryKind::Case, HistoryKind::Child, HistoryKind::Access].map(|kind| ledger.histories(kind));
    format!("{read:?} {find:?} {get:?} {range:?} {kinds:?} {:?}", *ledger.head().borrow())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn memory_and_sled_answer_equally(steps in steps()) {
        let dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let memory = MemoryLedger::default();
        let mut sled = SledLedger::open(dir.path()).unwrap();
        for (number, (of, off, facts)) in steps.into_iter().enumerate() {
            let version = memory.version(&history(HISTORIES[of])).unwrap().0 + off;
            let ids: Vec<String> = facts.iter().map(u8::to_string).collect();
            let record = record(HISTORIES[of], version, &ids.iter().map(String::as_str).collect::<Vec<_>>());
            let answers = [&memory as &dyn Ledger, &sled].map(|ledger| runtime.block_on(ledger.append(record.clone())));
            prop_assert_eq!(format!("{:?}", answers[0]), format!("{:?}", answers[1]));
            if number == 20 {
                drop(sled);
                sled = SledLedger::open(dir.path()).unwrap();
            }
        }
        prop_assert_eq!(all(&memory), all(&sled));
        prop_assert_eq!(sled.check().unwrap(), *memory.head().borrow());
    }
}

/// Asking holds on to nothing that an append needs: otherwise the two would wait for each other for ever.
#[test]
fn whoever_asks_whether_sled_is_well_never_stops_an_append() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Arc::new(SledLedger::open(dir.path()).unwrap());
    let asks = Arc::new(AtomicBool::new(true));
    for _ in 0..3 {
        let (ledger, asks) = (ledger.clone(), asks.clone());
        std::thread::spawn(move || {
            while asks.load(Ordering::Relaxed) {
                ledger.well().unwrap();
            }
        });
    }
    let (done, told) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for number in 1..=100 {
            let record = record("case-a", number, &[&number.to_string()]);
            runtime.block_on(appended(&*ledger, record));
        }
        let _ = done.send(()); // Err: it came too late
    });
    let appended = told.recv_timeout(Duration::from_secs(120));
    asks.store(false, Ordering::Relaxed);
    appended.unwrap();
}

//! What an administrative agency hands over to the police, and what they decide on it.

use super::*;
use crate::AsOf;

fn decision(number: u64, kind: &str, of: u64, case: &HistoryId, mut data: Value) -> Value {
    data["report"] = id(of).into();
    event(number, "psb", kind, Some(case), data)
}

#[tokio::test]
async fn the_police_decide_on_what_was_handed_over_and_the_case_says_how() {
    let bus = adopted().await;
    let case = bus.opened().await;
    let kind = "mandatory-reporting.suspected-crime-transferred.v1";
    let handed = json!({"to": "psb", "transferred_at": AT});
    bus.publish("wbo", &event(10, "wbo", kind, Some(&case), handed)).await.unwrap();
    let justice = || {
        let page = bus.bus.case(&caller("wbo"), &case, AsOf::Now).unwrap();
        page.case.tracks.iter().find(|track| track.track.code() == "justice").map(|track| track.state.clone())
    };
    bus.settle().await;
    assert_eq!(justice().as_deref(), Some("accepted"));
    let declined = json!({"declined_at": AT, "reason_code": "too-slight"});
    let declining =
        |number| decision(number, "mandatory-reporting.case-filing-declined.v1", 10, &case, declined.clone());
    bus.publish("psb", &declining(11)).await.unwrap();
    bus.settle().await;
    assert_eq!(justice().as_deref(), Some("filing-declined"));
    let again = bus.publish("psb", &declining(12)).await;
    let Err(Problem::Refused(refusal)) = again else { panic!("{again:?}") };
    assert_eq!(refusal.code, "mandatory-reporting.already-declined");
    let filed = json!({"filed_at": AT, "case_no": "A9999010320260330001"});
    let filing = decision(13, "mandatory-reporting.criminal-case-filed.v1", 10, &case, filed);
    bus.publish("psb", &filing).await.unwrap();
    bus.settle().await;
    assert_eq!(justice().as_deref(), Some("criminal-filed"), "they were told to, or thought better of it");
}

use super::*;

fn acknowledged(number: u64, report: &Value) -> Value {
    json!({
        "specversion": "1.0", "id": uuid(number), "source": "/999901/psb-03",
        "type": "intake.report-acknowledged.v1", "time": "2026-03-30T14:21:00+08:00",
        "subject": report["subject"],
        "data": {"report": report["id"], "acknowledged_at": "2026-03-30T14:21:00+08:00"},
    })
}

/// One event in a minute, two at once; and four reports, which are not counted.
async fn world() -> (World, Vec<Value>) {
    let world = World::with(Config { events_per_minute: 1, events_burst: 2, ..Config::default() }).await;
    let mut reports = Vec::new();
    for number in 1..=4 {
        let filed = world.publish("hsp-01", &world.filed(number)).await;
        assert_eq!(filed.status, 201, "a report of danger is always taken: {}", filed.text());
        reports.push(filed.json());
    }
    (world, reports)
}

#[tokio::test]
async fn an_agency_that_sends_too_much_is_told_when_to_come_back() {
    let (world, reports) = world().await;
    for (number, report) in (11..).zip(&reports[..2]) {
        assert_eq!(world.publish("psb-03", &acknowledged(number, report)).await.status, 201);
    }
    let third = acknowledged(13, &reports[2]);
    world.bus.settled().await.unwrap();
    let head = *world.ledger.head().borrow();
    let refused = world.publish("psb-03", &third).await;
    refused.is(429, "quota");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(refused.json()["retryAfter"], wait);
    world.post("psb-03", "/v1/events?dry_run=true", ONE, &third).await.is(429, "quota");
    assert_eq!(*world.ledger.head().borrow(), head, "nothing was recorded");
    world.publish("hlt", &third).await.is(403, "source-not-yours"); // others go on
    assert_eq!(world.post("psb-03", "/v1/validate", ONE, &third).await.status, 200);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(wait)).await;
    tokio::time::resume();
    assert_eq!(world.publish("psb-03", &third).await.status, 201);
}

#[tokio::test]
async fn each_item_of_a_batch_counts_and_danger_passes_among_those_that_must_wait() {
    let (world, reports) = world().await;
    let measures = json!({
        "specversion": "1.0", "id": uuid(20), "source": "/999901/psb-03",
        "type": "mandatory-reporting.emergency-measures-taken.v1", "time": "2026-03-30T14:22:00+08:00",
        "subject": reports[3]["subject"],
        "data": {"measures": ["kept-on-ward"], "taken_at": "2026-03-30T14:20:00+08:00"},
    });
    let acknowledged: Vec<Value> =
        (11..).zip(&reports).map(|(number, report)| acknowledged(number, report)).collect();
    let [one, two, three, four] = &acknowledged[..] else { panic!("four reports") };
    let batch = json!([one, 7, two, three, measures, four]);
    let answers = world.post("psb-03", "/v1/events", MANY, &batch).await.json();
    let statuses: Vec<u64> =
        answers.as_array().unwrap().iter().map(|answer| answer["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 400, 201, 429, 201, 429], "{answers}");
    assert_eq!(answers[3]["problem"]["code"], "quota");
    assert!(answers[3]["problem"]["retryAfter"].as_u64().is_some_and(|wait| wait <= 60), "{answers}");
}

#[test]
fn what_says_that_a_child_is_in_danger_is_exempt_and_nothing_else_is() {
    let contracts = Contracts::published().unwrap();
    let exempt = contracts.all().filter(|contract| contract.exempt_from_quota());
    let exempt: Vec<&str> = exempt.map(|contract| contract.kind.as_str()).collect();
    assert_eq!(
        exempt,
        [
            "guardianship.child-removed.v1",
            "guardianship.protection-order-violated.v1",
            "health.psych-alert-raised.v1",
            "intake.indicator-alert-raised.v1",
            "intake.lead-received.v1",
            "mandatory-reporting.emergency-measures-taken.v1",
            "mandatory-reporting.report-filed.v1",
        ]
    );
}

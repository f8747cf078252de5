//! A part that is away: what needs it says "later", everything else goes on, and nothing is lost.

use super::district::{ADMISSION, District};
use super::load::{Door, Worker, a_while, under_load};
use super::proof::all_holds;
use super::voice::Voice;
use crate::harness::eventually;
use crate::harness::facts::{Case, report};
use serde_json::json;

#[test]
fn without_the_vault_or_whoever_admits_publishing_waits_and_reading_goes_on() {
    let district = District::new();
    let processes = district.three();
    let [vault, door, admission] = &processes[..] else { panic!("three") };
    district.nats.provision("psb-03", &[]);
    let (http, nats) = (door.agency("psb-03"), Voice::of(&district.nats, "psb-03"));
    let case = Case::of(&door.agency("hsp-01"), &report("hsp-01", "psb-03", "接诊时发现可疑情形。"));
    district.operator.settled();
    let whole = door.agency("psb-03").feed();

    for away in [vault, admission] {
        away.kill();
        let document = case.measures_taken();
        http.publish(&document).refused(503, "unavailable");
        let refused = nats.publish(&document);
        assert_eq!((refused.status, &refused.body["code"]), (503, &json!("unavailable")), "{}", refused.text);
        // What the health authority may see of the report is not under keys, and neither are the lists.
        let masked = door.agency("hlt").feed();
        assert_eq!(masked[0]["form"], "masked", "{masked:?}");
        for list in ["/v1/cases", "/v1/inbox", "/v1/types"] {
            http.get(list).expect(200);
            nats.read(list).expect(200);
        }
        let protected = format!("/v1/events/{}", case.reference());
        if away.roles == "vault" {
            http.get(&protected).refused(503, "unavailable");
            assert_eq!(nats.read(&protected).status, 503);
        } else {
            assert_eq!(nats.read(&protected).expect(200)["event"], whole[0]["event"]);
        }
        away.start();
        let receipt = eventually("it is admitted again", || {
            let answer = http.publish(&document);
            if answer.status == 503 { Err(answer.text) } else { Ok(answer) }
        });
        assert_eq!(receipt.expect(201)["duplicate"], false, "what was refused was not kept");
        assert_eq!(http.get(&protected).expect(200)["event"], whole[0]["event"]);
    }
    all_holds("vault and admission away", &district, &[door], &[]);
}

#[test]
fn whoever_is_asked_to_stop_answers_what_is_under_way() {
    let district = District::new();
    let admission = ADMISSION.join(",");
    let (doors, deciding) = ("gateway,views", admission.as_str());
    let processes = district.start(&["vault", doors, doors, deciding, deciding]);
    let nats = Door::nats(&district);
    let mut workers: Vec<Worker> = (0..4).map(|n| Worker::new(std::slice::from_ref(&nats), n)).collect();
    under_load(&mut workers, || {
        for process in [1, 3, 2, 4, 1, 3].map(|at: usize| &processes[at]) {
            std::thread::sleep(a_while(6));
            process.stop();
            process.start();
        }
    });
    all_holds("asked to stop", &district, &[&processes[1], &processes[2]], &workers);
    for worker in &workers {
        assert_eq!(
            (worker.silent, worker.later.get("timeout")),
            (0, None),
            "a request was dropped: {:?}",
            worker.later
        );
        // the gateway asks again where an answer was dropped: then the receipt says that it was recorded before
    }
}

#[test]
fn a_nats_server_killed_under_load_and_started_again_loses_nothing() {
    let district = District::new();
    let processes = district.three();
    let http = Door::http(&processes[1]);
    for agency in ["psb-03", "wbo"] {
        district.nats.provision(agency, &[]);
    }
    let mut workers: Vec<Worker> = (0..4).map(|n| Worker::new(std::slice::from_ref(&http), n)).collect();
    let server = district.nats.server("lianhu-single");
    under_load(&mut workers, || {
        for _ in 0..2 {
            std::thread::sleep(a_while(4));
            server.kill();
            std::thread::sleep(a_while(4));
            server.start();
            server.well();
            let mut before = None;
            eventually("the ledger goes on", || {
                let head = processes[1].ready()?["head"].as_u64();
                if head > *before.get_or_insert(head) { Ok(()) } else { Err(format!("{head:?}")) }
            });
        }
    });
    all_holds("server killed", &district, &[&processes[1]], &workers);
}

#[test]
fn what_was_recorded_before_a_long_outage_is_told_after_it() {
    let district = District::new();
    let (telling, deciding): (Vec<&str>, Vec<&str>) =
        ADMISSION.iter().copied().partition(|role| ["clocks", "disclosure"].contains(role));
    let processes = district.start(&["vault", "gateway,views", &deciding.join(","), &telling.join(",")]);
    let [_, door, _, telling] = &processes[..] else { panic!("four") };
    district.operator.settled();

    // It stands still while the report is recorded, and when it goes on the server is gone for longer than an
    // append is tried for.
    telling.with(|server| server.signal("STOP"));
    Case::of(&door.agency("hsp-01"), &report("hsp-01", "psb-03", "接诊时发现可疑情形。"));
    let server = &district.nats.servers()[0];
    server.kill();
    telling.with(|server| server.signal("CONT"));
    eventually("disclosure says that it waits", || {
        let said = telling.site.printed();
        if said.contains("disclosure waits for a store") { Ok(()) } else { Err(said) }
    });
    server.start();
    server.well();
    eventually("the police are told", || {
        let answer = door.agency("psb-03").get("/v1/feed");
        let told = answer.status == 200 && answer.body["items"][0]["form"] == "full";
        if told { Ok(()) } else { Err(answer.text) }
    });
    all_holds("a long outage", &district, &[door], &[]);
}

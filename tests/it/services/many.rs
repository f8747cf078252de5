//! Every role in a process of its own, and two of each at once.

use super::district::{ADMISSION, District, Process};
use super::incident;
use super::load::{Door, Worker, a_while, under_load};
use super::proof::all_holds;

/// Every role alone.
fn alone() -> Vec<&'static str> {
    let mut roles = ADMISSION.to_vec();
    roles.extend(["views", "gateway", "vault"]);
    roles
}

#[test]
fn every_role_alone_does_its_part_of_an_incident_that_meets_them_all() {
    let district = District::new();
    let processes = district.start(&alone());
    let gateway = processes.iter().find(|process| process.roles == "gateway").unwrap();
    district.nats.provision("wbo", &[]);
    let stages = incident::played(gateway);
    let met: Vec<&str> = ADMISSION[..8].iter().filter(|stage| stages.contains(**stage)).copied().collect();
    assert_eq!(met, ADMISSION[..8], "all stages have a part in it");
    let breaches = all_holds("an incident", &district, &[gateway], &[]);
    assert!(breaches > 0, "it was told too late: clocks have been missed");
}

#[test]
fn two_of_each_at_once_admit_each_fact_once_and_tell_it_once_even_when_one_is_killed() {
    let district = District::new();
    let first = district.start(&alone());
    let second: Vec<&str> = alone().into_iter().filter(|role| *role != "vault").collect();
    let second = district.start(&second);
    let gateways: Vec<&Process> =
        first.iter().chain(&second).filter(|process| process.roles == "gateway").collect();
    let doors = [Door::http(gateways[0]), Door::nats(&district), Door::http(gateways[1])];
    let mut workers: Vec<Worker> = (0..6).map(|n| Worker::new(&doors, n)).collect();

    under_load(&mut workers, || std::thread::sleep(a_while(2)));
    all_holds("two of each", &district, &gateways, &workers);
    let later: usize = workers.iter().map(|worker| worker.silent).sum();
    assert_eq!(later, 0, "nobody was killed, and somebody was not answered");

    // Behind the doors, one after the other: whoever publishes hears "later" at the worst.
    let behind = first.iter().filter(|process| !["gateway", "vault"].contains(&process.roles.as_str()));
    under_load(&mut workers, || {
        std::thread::scope(|threads| {
            for process in behind {
                process.kill();
                std::thread::sleep(a_while(24));
                threads.spawn(|| process.start());
            }
        });
    });
    let silent: usize = workers.iter().map(|worker| worker.silent).sum();
    all_holds("one of each killed", &district, &gateways, &workers);
    assert_eq!(silent, 0, "the doors were open, and somebody was not answered");

    // The doors, and the only vault.
    under_load(&mut workers, || {
        for process in [gateways[0], gateways[1], first.last().unwrap()] {
            process.kill();
            std::thread::sleep(a_while(6));
            process.start();
        }
    });
    all_holds("doors and vault killed", &district, &gateways, &workers);
}

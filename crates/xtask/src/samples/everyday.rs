//! Thirty days of ordinary work, all of it allowed by the policy set.

mod elsewhere;
mod machines;
mod people;

use super::company::{Place, Principal};
use super::moment::{DAYS, Moment};
use super::random::Random;
use super::session::{Call, Desk, Session};
pub(super) use elsewhere::out_of_scope;

/// Every ordinary SageMaker call.
pub(super) fn calls() -> Vec<Call> {
    let mut calls: Vec<Call> =
        DAYS.flat_map(|day| [people::day(day), machines::day(day)].concat()).collect();
    // About one in two hundred records comes again with the next day's file; the last day has none.
    for call in &mut calls {
        call.delivered_twice = call.session.random.below(200) == 0 && call.at.day < *DAYS.end();
    }
    calls
}

/// A session of a principal that starts somewhere in the hours given.
fn desk(
    who: &'static Principal,
    place: &'static Place,
    day: u64,
    hours: (u64, u64),
    turn: u64,
) -> Desk {
    let label = format!("{} {} {day} {turn}", who.arn(place.account.id), place.region);
    let mut random = Random::stream(&label);
    let started = Moment::new(day, random.between(hours.0, hours.1), random.below(60));
    Desk::new(Session::open(who, place, started, random))
}

/// A name for something new: a stem, the date, and a number.
fn dated(desk: &mut Desk, stem: &str) -> String {
    let number = desk.random().below(10_000);
    format!("{stem}-05{:02}-{number:04}", desk.clock.day)
}

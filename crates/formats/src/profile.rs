use trace::{Phase, Phases, ProblemCode, RecordRef};
use units::Nanos;

use crate::Output;

/// A length of time and the smallest step that its digits can show.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    pub length: Nanos,
    pub step: Nanos,
}

impl Time {
    /// Whether two tellings of one time are further apart than their rounding.
    pub fn differs(self, other: Time) -> bool {
        (self.length - other.length).0.abs() > self.step.0 + other.step.0
    }
}

/// The parts of a latency profile as a record gives them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    pub phases: [Option<Time>; Phase::COUNT],
    pub total: Option<Time>,
}

impl Parts {
    pub fn get(&self, phase: Phase) -> Option<Nanos> {
        self.phases[phase as usize].map(|time| time.length)
    }

    /// Whether it tells more than a call does: a queue and a first token alone, or a total alone, are no
    /// profile.
    pub fn is_profile(&self) -> bool {
        let of_call = [Phase::QueueWait, Phase::TimeToFirstToken];
        let has = |phase: &Phase| self.get(*phase).is_some();
        Phase::ALL.iter().any(|phase| has(phase) && (self.total.is_some() || !of_call.contains(phase)))
    }
}

/// The time that a request took. A profile's total covers the whole request and can be longer than the call's
/// wall time, but not shorter.
pub fn total(wall: Option<Time>, total: Option<Time>, at: RecordRef, out: &mut Output<'_>) -> Option<Time> {
    let (Some(wall), Some(total)) = (wall, total) else { return total.or(wall) };
    if wall.length < total.length || !wall.differs(total) {
        return Some(total);
    }
    let message = "wall_time is longer than total; the longer one was taken";
    out.problem(ProblemCode::Contradiction, at, message, "Check the clocks or the units of both fields.");
    Some(wall)
}

/// Makes the parts add up to the total: what is missing is unattributed, what is too much is explained or
/// noted.
pub fn join(parts: Parts, at: RecordRef, out: &mut Output<'_>) -> Phases {
    let mut phases = Phases(parts.phases.map(|time| time.map_or(Nanos::ZERO, |time| time.length)));
    let Some(total) = parts.total else { return phases };
    // Each rounded figure may be off by half a step.
    let rounding =
        Nanos(parts.phases.iter().flatten().chain([&total]).map(|time| time.step).sum::<Nanos>().0 / 2);
    let mut rest = total.length - phases.total();
    let excess = Nanos::ZERO - rest;
    let queue = phases.get(Phase::QueueWait);
    let is_queue = |within: Nanos| {
        queue > Nanos::ZERO
            && phases.get(Phase::TimeToFirstToken) >= queue
            && (excess - queue).0.abs() <= within.0
    };
    if excess > Nanos::ZERO && (is_queue(Nanos(1_000)) || excess > rounding && is_queue(rounding)) {
        phases.add(Phase::TimeToFirstToken, Nanos::ZERO - queue);
        rest += queue;
        let message = "time_to_first_token includes llm_queue_wait: only so do the parts fit into the total; the \
                       wait was taken out of it";
        out.problem(
            ProblemCode::Uncertain,
            at,
            message,
            "Measure time_to_first_token from the end of the queue.",
        );
    } else if excess > rounding {
        let message = "The parts of the profile are longer than its total; both were kept as they are";
        let hint = "Phases that run side by side, or units that differ, do this.";
        out.problem(ProblemCode::Contradiction, at, message, hint);
    }
    phases.add(Phase::Unattributed, rest.max(Nanos::ZERO));
    phases
}

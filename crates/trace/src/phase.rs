use std::iter::Sum;

use serde::{Deserialize, Serialize};
use units::Nanos;

/// The phases of a request, in the order they happen, and what no rule can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Work on the query before anything is looked up or sent.
    Preprocessing,
    /// Embedding the query and searching for context.
    EmbeddingLookup,
    /// Waiting for a place at the model.
    QueueWait,
    /// Loading the model before it can answer.
    ModelLoad,
    /// From the request's start at the model to its first token: prefill, mostly.
    TimeToFirstToken,
    /// From the first token to the last.
    TokenGeneration,
    /// Parsing, checking, formatting the answer.
    Postprocessing,
    /// Time that the trace does not explain. Never hidden, never spread over the others.
    Unattributed,
}

impl Phase {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// All phases in order, unattributed last.
    pub const ALL: [Phase; Phase::COUNT] = [
        Phase::Preprocessing,
        Phase::EmbeddingLookup,
        Phase::QueueWait,
        Phase::ModelLoad,
        Phase::TimeToFirstToken,
        Phase::TokenGeneration,
        Phase::Postprocessing,
        Phase::Unattributed,
    ];

    /// The field name of a latency profile: `llm_queue_wait`.
    pub const fn key(self) -> &'static str {
        match self {
            Phase::Preprocessing => "preprocessing",
            Phase::EmbeddingLookup => "embedding_lookup",
            Phase::QueueWait => "llm_queue_wait",
            Phase::ModelLoad => "model_load",
            Phase::TimeToFirstToken => "time_to_first_token",
            Phase::TokenGeneration => "token_generation",
            Phase::Postprocessing => "postprocessing",
            Phase::Unattributed => "unattributed",
        }
    }

    /// The name on screen: `Queue wait`.
    pub const fn label(self) -> &'static str {
        match self {
            Phase::Preprocessing => "Preprocessing",
            Phase::EmbeddingLookup => "Embedding lookup",
            Phase::QueueWait => "Queue wait",
            Phase::ModelLoad => "Model load",
            Phase::TimeToFirstToken => "Time to first token",
            Phase::TokenGeneration => "Token generation",
            Phase::Postprocessing => "Postprocessing",
            Phase::Unattributed => "Unattributed",
        }
    }

    /// The name of its colour: `--phase-queue`.
    pub const fn token(self) -> &'static str {
        match self {
            Phase::Preprocessing => "preprocess",
            Phase::EmbeddingLookup => "embedding",
            Phase::QueueWait => "queue",
            Phase::ModelLoad => "load",
            Phase::TimeToFirstToken => "ttft",
            Phase::TokenGeneration => "generation",
            Phase::Postprocessing => "postprocess",
            Phase::Unattributed => "unattributed",
        }
    }
}

/// A length of time for each phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phases(pub [Nanos; Phase::COUNT]);

impl Phases {
    /// The time of one phase.
    pub fn get(&self, phase: Phase) -> Nanos {
        self.0[phase as usize]
    }

    /// Adds to one phase.
    pub fn add(&mut self, phase: Phase, time: Nanos) {
        self.0[phase as usize] += time;
    }

    /// All phases together: the request's duration.
    pub fn total(&self) -> Nanos {
        self.0.iter().copied().sum()
    }

    /// The time around the model call: in preparing it, looking up its context and working on its answer.
    /// What nobody can name is not in it.
    pub fn outside_the_model(&self) -> Nanos {
        [Phase::Preprocessing, Phase::EmbeddingLookup, Phase::Postprocessing]
            .map(|p| self.get(p))
            .into_iter()
            .sum()
    }

    /// The largest phase; of equal ones the earliest. Unattributed time competes like any other: a request
    /// that is mostly unexplained says so.
    pub fn bottleneck(&self) -> Phase {
        Phase::ALL.into_iter().rev().max_by_key(|&p| self.get(p)).unwrap_or(Phase::Unattributed)
    }
}

impl Sum for Phases {
    fn sum<I: Iterator<Item = Phases>>(all: I) -> Phases {
        all.fold(Phases::default(), |mut sums, phases| {
            for (sum, time) in sums.0.iter_mut().zip(phases.0) {
                *sum += time;
            }
            sums
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_phases_the_earliest_is_the_bottleneck() {
        let mut phases = Phases::default();
        assert_eq!(phases.bottleneck(), Phase::Preprocessing);
        phases.add(Phase::QueueWait, Nanos(5));
        phases.add(Phase::Postprocessing, Nanos(5));
        assert_eq!(phases.bottleneck(), Phase::QueueWait);
        assert_eq!(phases.total(), Nanos(10));
    }
}

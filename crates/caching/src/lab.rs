//! The cache lab: questions about the traffic and their answers, the same in the page and in the terminal.

mod ask;
mod diff;
mod exact;
mod observed;
mod pairs;
mod prefix;
mod prompt;
mod report;
mod similarity;
mod stacked;

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::{Owned, similarity::StaticModel};
use similarity::Swept;

pub use ask::{Alike, Ask, Cache, Server};
pub use pairs::Choice;
pub use prompt::{describe, own_provider};
pub use report::{Break, LayerRow, Metrics, Observed, PairView, Point, ProviderRow, Report, Run};

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// A replay. Answered by [`Reply::Report`].
    Replay(Box<Ask>),
    /// Pairs of similar prompts of the sweep that this asks for. Answered by [`Reply::Pairs`].
    Pairs(Box<Ask>, Choice),
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// To [`Question::Replay`].
    Report(Box<Report>),
    /// To [`Question::Pairs`].
    Pairs(Vec<PairView>),
}

/// The traffic, and what was worked out of it.
#[derive(Debug, Default)]
pub struct Lab {
    owned: Owned,
    model: Option<StaticModel>,
    swept: Option<Rc<Swept>>,
}

/// Hears how many requests of how many were replayed.
pub type Progress<'a> = dyn FnMut(u64, u64) + 'a;

impl Lab {
    /// A lab over some traffic.
    pub fn new(owned: Owned) -> Lab {
        Lab { owned, model: None, swept: None }
    }

    /// Gives a static embedding model.
    pub fn set_model(&mut self, model: StaticModel) {
        (self.model, self.swept) = (Some(model), None);
    }

    /// Answers.
    ///
    /// # Errors
    /// A sentence if the settings make no sense or need what is not there.
    pub fn answer(&mut self, question: &Question, progress: &mut Progress) -> Result<Reply, String> {
        match question {
            Question::Replay(ask) => {
                check(ask)?;
                let report = match ask.cache {
                    Cache::Exact => exact::report(&self.owned, ask),
                    Cache::Similarity => self.sweep(ask, progress)?.report(&self.owned, ask),
                    Cache::Prompt => prompt::report(&self.owned, ask, progress),
                    Cache::Prefix => prefix::report(&self.owned, ask, progress),
                    Cache::Stacked => stacked::report(&self.owned, ask, self.model.as_ref())?,
                };
                Ok(Reply::Report(Box::new(report)))
            }
            Question::Pairs(ask, choice) => {
                check(ask)?;
                Ok(Reply::Pairs(self.sweep(ask, progress)?.pairs(&self.owned, choice)))
            }
        }
    }

    /// The sweep of a question: the last one, if it was the same.
    fn sweep(&mut self, ask: &Ask, progress: &mut Progress) -> Result<Rc<Swept>, String> {
        if let Some(swept) = self.swept.as_ref().filter(|swept| swept.is_of(ask)) {
            return Ok(swept.clone());
        }
        self.swept = None;
        let swept = Rc::new(Swept::run(&self.owned, ask, self.model.as_ref(), progress)?);
        Ok(self.swept.insert(swept).clone())
    }
}

fn check(ask: &Ask) -> Result<(), String> {
    let is_threshold = |threshold: f64| threshold > 0.0 && threshold <= 1.0;
    if !is_threshold(ask.threshold) {
        return Err(format!("A threshold is above 0 and at most 1; {} is not.", ask.threshold));
    }
    let (first, last, count) = ask.sweep;
    if !(is_threshold(first) && is_threshold(last) && first <= last && (1..=63).contains(&count)) {
        return Err(
            "A sweep goes from a threshold above 0 up to one of at most 1, in 1 to 63 steps.".to_owned()
        );
    }
    if ask.ttl.is_some_and(|ttl| !(ttl >= 0.0 && ttl.is_finite())) {
        return Err("An answer is kept for 0 seconds or longer.".to_owned());
    }
    if !(ask.from_request >= 0.0 && ask.from_request.is_finite()) {
        return Err("Hits count from a request on: a share of all, or a number.".to_owned());
    }
    if ask.capacity_gb.is_some() && ask.shape.is_none() {
        return Err("Gigabytes need the shape of the model: layers x heads x size x bytes.".to_owned());
    }
    Ok(())
}

/// `1 request`, `2 requests`.
fn requests(count: u64) -> String {
    let one = if count == 1 { "request" } else { "requests" };
    format!("{} {one}", units::show::int(count))
}

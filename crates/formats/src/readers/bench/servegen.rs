//! ServeGen: how the load of a client goes up and down, and how long its prompts and answers are. Both are
//! distributions to make requests from, not requests.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use trace::{Fate, ProblemCode, RecordRef};

use crate::{About, Confidence, Container, Family, Format, Head, Output, Reader, Record};

/// ServeGen's rate curves (CSV without a header) and length distributions (JSON).
pub struct ServeGen;

impl Format for ServeGen {
    fn about(&self) -> &'static About {
        &About {
            key: "servegen",
            name: "ServeGen client profile",
            family: Family::Workloads,
            origin: "ServeGen: the profile of a client. Rates and distributions, not requests.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let mut records = head.records.iter().filter_map(Value::as_object);
        match head.container {
            Container::Json if records.any(is_lengths) => Confidence::Certain,
            // Nothing but numbers has no mark of its own.
            Container::Csv if head.records.len() > 1 && records.all(is_rate) => Confidence::Possible,
            _ => Confidence::No,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Profile::default())
    }
}

/// Windows by their beginning in seconds, each with two distributions as Python writes a dictionary.
fn is_lengths(record: &Map<String, Value>) -> bool {
    let is_window = |(begin, window): (&String, &Value)| {
        let is_distribution = |name: &str| window[name].as_str().is_some_and(|text| text.starts_with('{'));
        begin.parse::<u64>().is_ok() && is_distribution("input_tokens") && is_distribution("output_tokens")
    };
    !record.is_empty() && record.iter().take(10).all(is_window)
}

/// A window's beginning, its rate, and the distribution of arrivals in it: five numbers and a name.
fn is_rate(row: &Map<String, Value>) -> bool {
    let names = ["", "Gamma", "Weibull", "Exponential", "Pareto"];
    let texts: Vec<&str> = row.values().filter_map(Value::as_str).collect();
    let numbers = texts.iter().filter(|text| text.parse::<f64>().is_ok()).count();
    // The first window stands where a header would: its values name the columns.
    let headed = row.keys().filter(|name| split(name).parse::<f64>().is_ok()).count();
    texts.len() == 6 && numbers == 5 && headed == 5 && texts.iter().any(|text| names.contains(text))
}

/// A column's name without the number that keeps it apart from others of that name.
fn split(name: &str) -> &str {
    name.split(" (").next().unwrap_or_default()
}

#[derive(Default)]
struct Profile {
    first: Option<RecordRef>,
    windows: u64,
    lengths: bool,
    /// The distributions that arrivals follow.
    arrivals: BTreeSet<&'static str>,
}

const WINDOW: Fate = Fate::Dropped("a window of a load profile, not a request");

impl Reader for Profile {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let value: Value = serde_json::from_str(record.text).unwrap_or_default();
        let Some(fields) = value.as_object() else { return out.count(Fate::Dropped("not a window")) };
        self.first.get_or_insert(record.at);
        if is_lengths(fields) {
            self.lengths = true;
            self.windows += fields.len() as u64;
            fields.iter().for_each(|_| out.count(WINDOW));
        } else if is_rate(fields) {
            if self.windows == 0 {
                // The window that was taken for a header.
                self.windows += 1;
                out.count(WINDOW);
            }
            self.windows += 1;
            out.count(WINDOW);
            let names = ["Gamma", "Weibull", "Exponential", "Pareto"];
            self.arrivals.extend(names.into_iter().filter(|name| fields.values().any(|value| value == name)));
        } else {
            out.count(Fate::Dropped("not a window"));
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        let Some(first) = self.first else { return };
        let windows = self.windows;
        let holds = match self.lengths {
            true => format!(
                "These are ServeGen's distributions of prompt and answer lengths in {windows} windows"
            ),
            false => {
                let names: Vec<&str> = self.arrivals.iter().copied().collect();
                let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                format!("This is ServeGen's curve of request rates in {windows} windows (arrivals: {names})")
            }
        };
        let instead = "Let ServeGen make a workload from it and open the requests that it made.";
        out.problem(ProblemCode::NoRequests, first, format!("{holds}, not requests"), instead);
    }
}

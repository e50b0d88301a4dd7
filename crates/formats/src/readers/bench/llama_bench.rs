//! llama-bench: a table of throughput by test, without requests.

use std::collections::BTreeSet;

use serde_json::Value;
use trace::{Fate, ProblemCode, RecordRef};

use crate::{About, Confidence, Family, Format, Head, Output, Reader, Record, json};

/// llama-bench's rows, as JSON lines, a JSON list or CSV.
pub struct LlamaBench;

impl Format for LlamaBench {
    fn about(&self) -> &'static About {
        &About {
            key: "llama-bench",
            name: "llama-bench table",
            family: Family::Benchmarks,
            origin: "llama-bench -o json, jsonl or csv: a table of throughputs, not of requests.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        match head.records.iter().any(is_row) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Table::default())
    }
}

fn is_row(record: &Value) -> bool {
    ["n_prompt", "n_gen", "avg_ns", "avg_ts"].iter().all(|name| record.get(name).is_some())
}

/// What a table holds.
#[derive(Default)]
struct Table {
    first: Option<RecordRef>,
    /// Rows that process a prompt, that generate, and that do both.
    rows: [u64; 3],
    /// The highest throughput of each kind, tokens a second.
    fastest: [f64; 3],
    runs: u64,
    builds: BTreeSet<String>,
    models: BTreeSet<String>,
}

/// So many names of builds and models are told apart.
const MAX_NAMES: usize = 1000;

impl Reader for Table {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let value: Value = serde_json::from_str(record.text).unwrap_or_default();
        if !is_row(&value) {
            return out.count(Fate::Dropped("not a row of llama-bench"));
        }
        out.count(Fate::Dropped("a row of a throughput table, not a request"));
        let at = record.at;
        self.first.get_or_insert(at);
        let whole = |name: &str, out: &mut Output<'_>| out.known(json::whole(&value[name]), name, at);
        let (prompt, generated) = (whole("n_prompt", out).unwrap_or(0), whole("n_gen", out).unwrap_or(0));
        let kind = match (prompt, generated) {
            (_, 0) => 0,
            (0, _) => 1,
            _ => 2,
        };
        self.rows[kind] += 1;
        let rate = out.known(json::number(&value["avg_ts"]), "avg_ts", at);
        self.fastest[kind] = self.fastest[kind].max(rate.unwrap_or(0.0));
        self.runs += value["samples_ns"].as_array().map_or(0, |samples| samples.len() as u64);
        for (names, name) in [(&mut self.builds, "build_commit"), (&mut self.models, "model_type")] {
            if let Some(text) = json::text(&value[name])
                && names.len() < MAX_NAMES
            {
                names.insert(text.to_owned());
            }
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        let Some(first) = self.first else { return };
        let kinds = ["prompt processing", "generation", "prompt and generation"];
        let parts: Vec<String> = (0..3)
            .filter(|&kind| self.rows[kind] > 0)
            .map(|kind| {
                format!("{} of {}, up to {:.2} tokens/s", self.rows[kind], kinds[kind], self.fastest[kind])
            })
            .collect();
        let models: Vec<&str> = self.models.iter().take(3).map(String::as_str).collect();
        let holds = format!(
            "This is a throughput table of llama-bench, without requests. Rows: {} ({}), runs: {}, builds: {}, model: {}",
            self.rows.iter().sum::<u64>(),
            parts.join("; "),
            self.runs,
            self.builds.len(),
            if models.is_empty() { "unknown".to_owned() } else { models.join(", ") },
        );
        let instead = "llama-bench sends no requests. Measure a server instead (AIPerf, vllm bench serve, GuideLLM) \
                       and open the file with its requests.";
        out.problem(ProblemCode::NoRequests, first, holds, instead);
    }
}

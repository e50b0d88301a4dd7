//! `vllm bench serve` and SGLang's `bench_serving`: a run is one object, its requests are parallel lists.
//!
//! The lists are only there if the tool was asked for them. Neither tool writes how long a request took, but
//! both take it from the same clock: time to first token and the gaps after it.

use serde_json::{Value, value::RawValue};
use trace::{Call, Convention, Fate, Identity, ProblemCode, RecordRef, Status, StrId};
use units::{Figure, Nanos};

use super::{Fields, clock, gaps, intern, is_undated, messages, note_undated, summary};
use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    json::{self, Unit},
};

/// The results of one of the tools.
pub struct Serving {
    about: About,
    /// Whether the tool writes the duration of requests into its summary under this name.
    end_to_end: &'static str,
    instead: &'static str,
}

/// vLLM's.
pub static VLLM: Serving = Serving {
    about: About {
        key: "vllm-bench",
        name: "vllm bench serve result",
        family: Family::Benchmarks,
        origin: "vllm bench serve --save-result --save-detailed.",
    },
    end_to_end: "mean_e2el_ms",
    instead: "Run vllm bench serve with --save-result --save-detailed and open that file.",
};

/// SGLang's.
pub static SGLANG: Serving = Serving {
    about: About {
        key: "sglang-bench",
        name: "SGLang bench_serving result",
        family: Family::Benchmarks,
        origin: "sglang.bench_serving --output-file FILE --output-details.",
    },
    end_to_end: "mean_e2e_latency_ms",
    instead: "Run sglang.bench_serving with --output-details and open that file.",
};

impl Serving {
    /// Both write the same summary but for the name of the duration, which vLLM leaves out by default. In large
    /// runs its lists stand before its means and fill the head.
    fn is_run(&self, record: &Value) -> bool {
        let has = |name: &str| record.get(name).is_some();
        let is_sglang = has(SGLANG.end_to_end);
        has("completed")
            && (has("mean_ttft_ms") || has("total_input_tokens") && has("request_throughput"))
            && is_sglang == (self.end_to_end == SGLANG.end_to_end)
    }
}

impl Format for Serving {
    fn about(&self) -> &About {
        &self.about
    }

    fn sniff(&self, head: &Head) -> Confidence {
        match head.records.iter().any(|record| self.is_run(record)) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Runs { key: self.about.key, instead: self.instead, undated: false })
    }
}

/// The lists of a run.
const LISTS: [&str; 7] =
    ["input_lens", "output_lens", "ttfts", "itls", "start_times", "errors", "generated_texts"];

struct Runs {
    key: &'static str,
    instead: &'static str,
    undated: bool,
}

impl Reader for Runs {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let fields = Fields::of(record.text);
        let lists = LISTS.map(|name| fields.list(name));
        let n = lists.iter().map(Vec::len).max().unwrap_or(0);
        let completed = fields.value("completed").as_u64();
        if n == 0 {
            if fields.0.is_empty() || completed.is_none() {
                return out.count(Fate::Dropped("not a result of a run"));
            }
            let figures = ["mean_ttft_ms", "mean_itl_ms"].map(|name| {
                fields.value(name).as_f64().map_or("unknown".to_owned(), |ms| format!("{ms:.1} ms"))
            });
            let holds = format!(
                "This is the summary of a run of {} requests (mean time to first token {}, mean gap {}), without \
                 the requests",
                completed.unwrap_or(0),
                figures[0],
                figures[1]
            );
            return summary(holds, self.instead, record.at, out);
        }
        if lists.iter().any(|list| !list.is_empty() && list.len() != n) {
            let message = "The lists of the run differ in length; what is missing is unknown";
            out.problem(ProblemCode::Contradiction, record.at, message, "");
        }
        let model = [fields.value("model_id"), fields.object("server_info").value("model_path")];
        let run = Run {
            model: model.iter().map(|name| intern(name, out)).fold(StrId::NONE, StrId::or),
            id: identity(&fields),
            lists,
        };
        let mut places = record.places();
        let mut done = 0;
        for i in 0..n {
            // The gaps tell most of a request; a request without has some other list.
            let raw = [3, 2, 0].iter().find_map(|&list| run.lists[list].get(i).copied());
            let at = raw.map_or(record.at, |raw| places.next(raw.get()));
            done += u64::from(self.one(&run, i, at, out));
        }
        if completed.is_some_and(|completed| completed != done) {
            let message = "The run's count of completed requests is not that of its lists";
            out.problem(ProblemCode::Contradiction, record.at, message, "The lists were taken.");
        }
    }
}

/// What tells a run from others of the same lists: a file that is opened twice counts once.
fn identity(fields: &Fields<'_>) -> Option<String> {
    let date = fields.value("date");
    let date = json::text(&date)?;
    Some(format!("{date} {}", fields.value("duration")))
}

struct Run<'a> {
    model: StrId,
    id: Option<String>,
    lists: [Vec<&'a RawValue>; 7],
}

impl Run<'_> {
    fn value(&self, list: usize, i: usize) -> Value {
        self.lists[list].get(i).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }
}

impl Runs {
    /// Adds one request; the answer is whether it was completed.
    fn one(&mut self, run: &Run<'_>, i: usize, at: RecordRef, out: &mut Output<'_>) -> bool {
        let mut call = Call { model: run.model, ..Call::at(at) };
        let tokens =
            |list: usize, out: &mut Output<'_>| out.known(json::tokens(&run.value(list, i)), LISTS[list], at);
        let input = tokens(0, out);
        call.usage.output = tokens(1, out);
        call.usage.set_input(input, Convention::Inclusive);
        let ttft = out.known(json::nanos(&run.value(2, i), Unit::S), "ttfts", at);
        // 0 stands for a request that failed, or whose answer came in one piece.
        call.ttft = ttft.filter(|ttft| *ttft > Nanos::ZERO);
        call.start = out.known(clock(&run.value(4, i), Unit::S), "start_times", at);
        if call.start.is_some_and(is_undated) {
            note_undated(&mut self.undated, at, out);
        }

        let error = run.value(5, i);
        if let Some(error) = json::text(&error) {
            call.status = Status::Failed;
            // The last line of a traceback names the error.
            let last = error.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            call.error = out.builder.intern(last.split(": ").next().unwrap_or_default());
            (call.ttft, call.usage.output) = (None, Figure::UNKNOWN);
        } else if let Some(ttft) = call.ttft {
            let gaps = gaps(&run.value(3, i), Unit::S, "itls", at, out);
            let streamed = !gaps.is_empty() || call.usage.output.get() == Some(1);
            call.duration = streamed.then(|| ttft + gaps.iter().copied().sum());
            call.gaps = out.builder.gaps(gaps);
        }
        out.count(Fate::Kept);
        let completed = call.status == Status::Ok;
        let text = run.value(6, i);
        let messages = messages(&Value::Null, json::text(&text), out);
        let identity = run.id.as_ref().map(|id| {
            let (source, request) = (out.builder.intern(self.key), out.builder.intern(&format!("{id} {i}")));
            Identity::Own(source, request)
        });
        out.builder.add_call(call, identity, &messages);
        completed
    }
}
